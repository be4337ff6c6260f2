// Binds KQL with Microsoft's own language service (npm: @kusto/language-service-next) and prints what it finds.
//   node kusto_language.js PACKAGE < {"tables": {name: schema}, "functions": {name: [parameters, body]}, "queries": {name: text}}
// gives {name: ["code: message", ...]} for functions and queries alike.
'use strict';
const folder = process.argv[2];
for (const file of ['bridge.js', 'Kusto.Language.Bridge.js']) require(`${folder}/${file}`);
const { KustoCode, GlobalState, Symbols } = Kusto.Language;
const input = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const members = [
  ...Object.entries(input.tables).map(([name, schema]) => new Symbols.TableSymbol.$ctor7(name, schema, null)),
  ...Object.entries(input.functions).map(
    ([name, [parameters, body]]) => new Symbols.FunctionSymbol.$ctor16(name, parameters, `{\n${body}\n}`, null)),
];
const database = new Symbols.DatabaseSymbol.ctor('workspace', members);
const globals = GlobalState.Default.WithDatabase(database);
const found = {};
function check(name, text) {
  const code = KustoCode.ParseAndAnalyze(text, globals);
  const diagnostics = code.GetDiagnostics();
  found[name] = [];
  for (let i = 0; i < diagnostics.Count; i++) {
    const item = diagnostics.getItem(i);
    found[name].push(`${item.Severity} ${item.Code}: ${item.Message} at ${text.slice(item.Start, item.Start + Math.max(item.Length, 1))}`);
  }
}
for (const [name, [parameters, body]] of Object.entries(input.functions)) {
  const lets = parameters.slice(1, -1).split(',').filter((p) => p.trim()).map((p) => {
    const [key, type] = p.trim().split(':');
    return `let ${key} = ${type}(2026-01-01);\n`;
  });
  check(`function ${name}`, lets.join('') + body);
}
for (const [name, text] of Object.entries(input.queries)) check(name, text);
console.log(JSON.stringify(found));

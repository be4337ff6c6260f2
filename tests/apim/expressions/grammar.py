# ruff: noqa: E501 (templates of C# stay on one line)
"""Random well-typed policy expressions, weighted by what real policies use.

A rule is a template: `<S>` stands for any text, `<S|x:I>` for a text that may use the int `x`. Letters name
types: S string, I int, L long, D double, M decimal, B bool, C char, T DateTime, P TimeSpan, G Guid, U Uri,
J JToken, O JObject, A JArray, W string[], N IEnumerable<int>, Q IEnumerable<string>, K int?, V any value.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

_HOLE = re.compile(r"<([A-Z])(?:\|((?:\w+:[A-Z],?)+))?>")

LEAVES: dict[str, tuple[str, ...]] = {
    "S": (
        '""', '"a"', '"Bearer abc.def"', '"a,b;c"', '"Hello World"', '" pad "', '"42"', '"-7"', '"3.14"', '"true"',
        '"2024-02-29T10:11:12Z"', '"/api/v1/items/7"', '"key=value&k2=v%202"', '"\\u00e9\\u20ac"', '@"c:\\x\\y"',
        '"{\\"a\\":1}"', '"aGVsbG8="', '(string)context.Variables["s"]', 'context.Variables.GetValueOrDefault<string>("s")',
        'context.Request.Headers.GetValueOrDefault("X-Tenant", "none")', 'context.Request.Headers.GetValueOrDefault("X-None", "")',
        "context.Request.Method", "context.Request.Url.Path", "context.Request.Url.Host", "context.Request.IpAddress",
        'context.Request.MatchedParameters["id"]', "context.Subscription.Id", "context.Product?.Name", "context.User?.Email",
        "context.Api.Id", "context.Operation.Name", "context.Deployment.Region", "context.Request.Url.QueryString",
        'context.Request.Url.Query.GetValueOrDefault("q", "d")', "context.LastError?.Reason", "string.Empty",
        'context.Request.Body.As<string>(preserveContent: true)', "(string)null",
    ),
    "I": ("0", "1", "2", "3", "7", "-1", "10", "255", "int.MaxValue", '(int)context.Variables["n"]', "context.Response.StatusCode",
          'context.Variables.GetValueOrDefault<int>("missing", 5)', "100"),
    "L": ("0L", "5L", "-3L", "10000000000L", '(long)context.Variables["big"]', "long.MaxValue"),
    "D": ("0.0", "1.5", "-2.25", "1e10", "0.1", "3.0", '(double)context.Variables["d"]', "1e-7"),
    "M": ("0m", "1.50m", "-2.5m", "100m", "0.1m", "12345.6789m"),
    "B": ("true", "false", '(bool)context.Variables["flag"]', 'context.Variables.ContainsKey("s")', "context.Response == null",
          "context.Product != null", 'context.Request.Headers.ContainsKey("X-None")'),
    "C": ("'a'", "'Z'", "','", "'0'", "' '", "'/'"),
    "T": ("new DateTime(2024, 2, 29)", "new DateTime(2023, 12, 31, 23, 59, 58)", "context.Timestamp",
          "new DateTime(2024, 6, 15, 10, 20, 30, DateTimeKind.Utc)", "DateTime.MinValue"),
    "P": ("TimeSpan.Zero", "TimeSpan.FromMinutes(90)", "TimeSpan.FromMilliseconds(1500)", "new TimeSpan(1, 2, 3)", "context.Elapsed"),
    "G": ("Guid.Empty", 'new Guid("01234567-89ab-cdef-0123-456789abcdef")', "context.RequestId"),
    "U": ('new Uri("https://user@h.example.org:8443/a/b%20c?x=1&y=2#f")', "context.Request.Url.ToUri()", 'new Uri("http://example.org")'),
    "J": ('JToken.Parse("[1,2.5,null,\\"x\\"]")', 'JObject.Parse("{\\"a\\":{\\"b\\":[1,2,{\\"c\\":\\"z\\"}]}}")["a"]', '(JToken)5', '(JToken)"t"'),
    "O": ('JObject.Parse("{\\"a\\":1,\\"b\\":\\"two\\",\\"c\\":[1,2,3],\\"d\\":{\\"e\\":true},\\"n\\":null}")', '(JObject)context.Variables["o"]',
          "context.Request.Body.As<JObject>(preserveContent: true)", "new JObject()"),
    "A": ('JArray.Parse("[3,1,2]")', 'new JArray("x", 1, true)', '(JArray)context.Variables["arr"]', "new JArray()"),
    "W": ('new [] { "b", "a", "C" }', '"x,y,,z".Split(\',\')', '(string[])context.Variables["words"]', "new string[0]"),
    "N": ("new [] { 3, 1, 2 }", "new List<int> { 5, 5, 6 }", "Enumerable.Range(1, 4)", "new int[0]"),
    "Q": ('new List<string> { "p", "q", "p" }', 'context.Request.Headers.Keys.Where(k => k.StartsWith("X"))'),
    "K": ("(int?)3", "(context.Variables.ContainsKey(\"zz\") ? (int?)1 : null)", "context.Product?.SubscriptionLimit"),
}  # fmt: skip

RULES: dict[str, tuple[str, ...]] = {
    "S": (
        "<S> + <S>", "<S> + <V>", '$"{<V>}-{<V>}"', '$"{<I>,5:D3}|{<S>,-8}|"', "<S>.ToUpper()", "<S>.ToLowerInvariant()", "<S>.Trim()",
        "<S>.Substring(<I>)", "<S>.Substring(<I>, <I>)", '<S>.Replace(<S>, "#")', "<S>.Split(<C>)[<I>]", "<S>.Split(<C>).Last()",
        "string.Join(\",\", <W>)", 'string.Join(<S>, <N>)', "string.Join(\"|\", <Q>)", "string.Concat(<S>, <V>)", "<B> ? <S> : <S>",
        "<S> ?? <S>", "(<S> ?? \"\").PadLeft(6, <C>)", "<S>.Insert(0, <S>)", "<S>.Remove(1)", "<S>.TrimStart('/')", "<S>.TrimEnd(<C>)",
        "<I>.ToString()", '<I>.ToString("X4")', '<D>.ToString("F2")', '<D>.ToString("0.##")', '<M>.ToString("N1")', "<D>.ToString()",
        '<L>.ToString("#,##0")', "<B>.ToString()", "<C>.ToString()", '<T>.ToString("yyyy-MM-ddTHH:mm:ssZ")', '<T>.ToString("R")',
        '<T>.ToString("dd MMM yyyy")', '<P>.ToString("c")', '<P>.ToString(@"hh\\:mm")', '<G>.ToString("N")', "<G>.ToString()",
        "(string)<J>", "(string)<O>[\"b\"]", '(string)<O>["zz"]', "<O>.ToString(Newtonsoft.Json.Formatting.None)", "<J>.ToString()",
        "<A>.ToString(Formatting.None)", "JsonConvert.SerializeObject(<V>)", "JsonConvert.SerializeObject(new { a = <V>, b = <S> })",
        "Convert.ToBase64String(Encoding.UTF8.GetBytes(<S>))", "Encoding.UTF8.GetString(Convert.FromBase64String(<S>))",
        "Uri.EscapeDataString(<S>)", "WebUtility.UrlEncode(<S>)", "WebUtility.UrlDecode(<S>)", "WebUtility.HtmlEncode(<S>)",
        "WebUtility.HtmlDecode(<S>)", "Uri.UnescapeDataString(<S>)",
        'Regex.Replace(<S>, "[aeiou]+", "*")', 'Regex.Match(<S>, @"(\\w)(\\d*)").Groups[1].Value', 'Regex.Match(<S>, @"\\d+").Value',
        'BitConverter.ToString(Encoding.UTF8.GetBytes(<S>)).Replace("-", "")', "string.Format(\"{0}:{1:000}\", <S>, <I>)",
        "<U>.Host", "<U>.AbsolutePath", "<U>.Query", "<U>.ToString()", "<U>.AbsoluteUri", "<T>.DayOfWeek.ToString()", "<W>.FirstOrDefault()",
        "<W>.First(w => <B|w:S>)", "<Q>.FirstOrDefault(w => <B|w:S>)", "<W>.Aggregate((a, b) => a + b)", "Convert.ToString(<I>, 2)",
        "Convert.ToString(<V>)", "(<V>).ToString()", "new string(<C>, 3)", "new StringBuilder().Append(<S>).Append(<I>).Append(<V>).ToString()",
        "<O>.Properties().First().Name", "<O>.SelectToken(\"a.b\")?.ToString()", "<O>.Value<string>(\"b\")", "<S>?.ToUpper()",
        'BitConverter.ToString(SHA256.Create().ComputeHash(Encoding.UTF8.GetBytes(<S>)))',
        "Convert.ToBase64String(new HMACSHA256(Encoding.UTF8.GetBytes(\"k\")).ComputeHash(Encoding.UTF8.GetBytes(<S>)))",
        'XElement.Parse("<r><a k=\\"1\\">t</a><b/></r>".Replace("t", <I>.ToString())).ToString()', 'new XElement("e", <V>).ToString()',
        'new XElement("e", new XAttribute("k", <V>), <S>).ToString()', "string.Join(\",\", from w in <W> where <B|w:S> orderby w select w)",
        "<N>.Select(n => <S|n:I>).FirstOrDefault()", "(<S> + <S>).ToLower()", "nameof(String.Length) + <S>",
    ),
    "I": (
        "<I> + <I>", "<I> - <I>", "<I> * <I>", "<I> / <I>", "<I> % <I>", "-<I>", "<I> & <I>", "<I> | <I>", "<I> ^ <I>", "<I> << 3", "<I> >> 1",
        "<S>.Length", "<S>.IndexOf(<C>)", '<S>.IndexOf("a", StringComparison.OrdinalIgnoreCase)', "<S>.LastIndexOf('/')", "int.Parse(<S>)",
        "Convert.ToInt32(<S>)", "Convert.ToInt32(<D>)", "(int)<D>", "(int)<L>", "(int)<M>", "(int)<C>", "<B> ? <I> : <I>", "<K> ?? <I>",
        "Math.Max(<I>, <I>)", "Math.Min(<I>, <I>)", "Math.Abs(<I>)", "(int)<O>[\"a\"]", "(int)<J>", "<A>.Count", "<N>.Sum()", "<N>.Max()",
        "<N>.Count(n => <B|n:I>)", "<N>.Sum(n => <I|n:I>)", "<N>.First()", "<N>.Min(n => <I|n:I>)", "<W>.Length", "<W>.Count()", "<T>.Year",
        "<T>.Month", "<T>.DayOfYear", "<P>.Hours", "<P>.Minutes", "Array.IndexOf(<W>, <S>)", "<N>.Aggregate(0, (a, n) => <I|a:I,n:I>)",
        "string.Compare(<S>, <S>, StringComparison.Ordinal)", "<O>.Count", "(int)char.GetNumericValue(<C>)", "<U>.Port", "<K>.GetValueOrDefault()",
        "Regex.Matches(<S>, \"a\").Count", "int.Parse(\"7F\", System.Globalization.NumberStyles.HexNumber)", "<S>.Split(<C>).Length",
        "<I>.CompareTo(<I>)", "Convert.ToInt32(\"ff\", 16)", "Encoding.UTF8.GetBytes(<S>).Length", "(byte)<I>", "(short)<I>",
    ),
    "L": ("<L> + <I>", "<L> * <L>", "<L> / <I>", "<L> % <L>", "(long)<D>", "(long)<I>", "long.Parse(<S>)", "Convert.ToInt64(<S>)", "<T>.Ticks",
          "<P>.Ticks", "Math.Max(<L>, <L>)", "new DateTimeOffset(<T>).ToUnixTimeSeconds()", "<N>.LongCount()", "<L> & <L>", "~<L>",
          "(long)<J>", "<N>.Select(n => (long)n).Sum()"),
    "D": ("<D> + <D>", "<D> * <I>", "<D> / <D>", "<D> - <D>", "<D> % <D>", "(double)<I>", "double.Parse(<S>)", "Math.Round(<D>, 2)",
          "Math.Round(<D>)", "Math.Floor(<D>)", "Math.Ceiling(<D>)", "Math.Sqrt(Math.Abs(<D>))", "Math.Pow(2, <I> % 10)", "<P>.TotalSeconds",
          "<P>.TotalHours", "<N>.Average()", "Convert.ToDouble(<S>)", "(double)<M>", "<B> ? <D> : <I>", "(<T> - <T>).TotalDays", "(double)<J>"),
    "M": ("<M> + <M>", "<M> * <M>", "<M> - <I>", "<M> / <M>", "<M> % <M>", "Math.Round(<M>, 1)", "decimal.Parse(<S>)", "(decimal)<D>",
          "Math.Floor(<M>)", "Convert.ToDecimal(<S>)", "-<M>", "decimal.Truncate(<M>)"),
    "B": (
        "<S> == <S>", "<S> != <S>", "<I> < <I>", "<I> >= <I>", "<D> > <D>", "<M> <= <M>", "<B> && <B>", "<B> || <B>", "!(<B>)", "<S>.Contains(<S>)",
        "<S>.StartsWith(<S>)", "<S>.EndsWith(<S>, StringComparison.OrdinalIgnoreCase)", "<S>.Equals(<S>, StringComparison.OrdinalIgnoreCase)",
        "string.IsNullOrEmpty(<S>)", "string.IsNullOrWhiteSpace(<S>)", 'Regex.IsMatch(<S>, "^[a-z]+$")',
        'Regex.IsMatch(<S>, @"\\d{2,}", RegexOptions.IgnoreCase)', "<W>.Contains(<S>)", "<W>.Any(w => <B|w:S>)", "<N>.All(n => <B|n:I>)", "<N>.Any()",
        "<N>.Contains(<I>)", "<J> == null", "<O>[\"zz\"] == null", "<O>.ContainsKey(<S>)", "(bool)<O>[\"d\"][\"e\"]", "<J>.Type == JTokenType.Array",
        "<T> > <T>", "<P> >= <P>", "<G> == <G>", "<K>.HasValue", "<K> == <I>", "<K> > <I>", "bool.Parse(<S>)", "Convert.ToBoolean(<S>)", "<V> is string",
        "((object)<V>) is int", "object.Equals(<V>, <V>)", "char.IsDigit(<C>)", "char.IsLetter(<C>)", "<I> % 2 == 0", "<S>?.Length > <I>",
        "JToken.DeepEquals(<J>, <J>)", "<A>.Any(t => (string)t == <S>)", "<S>.Equals(<S>)", "<B> ^ <B>", "<U>.IsAbsoluteUri",
        "<Q>.Distinct().Count() == <Q>.Count()", "Array.Exists(<W>, w => <B|w:S>)", "<O>[\"n\"].Type == JTokenType.Null",
    ),
    "C": ("<S>[<I>]", "char.ToUpper(<C>)", "(char)(<C> + 1)", "<S>.First()", "<S>.LastOrDefault()", "<B> ? <C> : <C>"),
    "T": ("<T>.AddDays(<I>)", "<T>.AddHours(<D>)", "<T>.AddMonths(<I>)", "<T>.Add(<P>)", "<T>.Date", "<T> - <P>", "<T> + <P>", "DateTime.Parse(<S>)",
          "<B> ? <T> : <T>", "<T>.AddSeconds(<I>)", "DateTimeOffset.FromUnixTimeSeconds(<I>).DateTime", "<T>.AddMinutes(<I> % 1000)"),
    "P": ("<T> - <T>", "<P> + <P>", "TimeSpan.FromSeconds(<I>)", "<P>.Negate()", "TimeSpan.FromHours(<I> % 100)", "<T>.TimeOfDay", "TimeSpan.Parse(<S>)"),
    "G": ("Guid.Parse(<S>)", "<B> ? <G> : <G>"),
    "U": ("new Uri(<S>)", "new Uri(<U>, <S>)"),
    "J": ('<O>["a"]', '<O>["c"]', '<O>["d"]["e"]', "<O>.SelectToken(\"c[1]\")", "<A>[<I>]", "<A>.First", "<O>[<S>]", "JToken.Parse(<S>)",
          "JToken.FromObject(<I>)", '<O>.SelectToken("$.a.b[0]")', "new JValue(<D>)", "<A>.FirstOrDefault(t => (string)t == <S>)",
          'new JObject(new JProperty("p", <V>))', "<O>.DeepClone()"),
    "O": ('new JObject(new JProperty("a", <I>), new JProperty("b", <S>))', "JObject.Parse(<S>)", 'new JObject { ["a"] = <S>, ["c"] = <A> }',
          'JObject.FromObject(new { a = <I>, b = <S>, c = <N> })', "(JObject)<O>.DeepClone()", 'new JObject(new JProperty("a", <B> ? <S> : null))'),
    "A": ("new JArray(<N>)", "new JArray(<W>)", "new JArray(<I>, <S>, <B>)", "JArray.Parse(<S>)", "JArray.FromObject(<N>)",
          "new JArray(<A>.Where(t => t.Type == JTokenType.Integer))", "new JArray(<N>.Select(n => new JObject(new JProperty(\"n\", n))))",
          "(JArray)<O>[\"c\"]"),
    "W": ("<S>.Split(<C>)", "<S>.Split(new [] { <C>, '=' }, StringSplitOptions.RemoveEmptyEntries)", "<W>.Where(w => <B|w:S>).ToArray()",
          "<W>.Select(w => <S|w:S>).ToArray()", "<N>.Select(n => <S|n:I>).ToArray()", "<W>.OrderBy(w => w, StringComparer.Ordinal).ToArray()",
          'Regex.Split(<S>, "[,;]")', "<W>.Reverse().ToArray()", "<Q>.ToArray()", "<W>.Concat(<W>).ToArray()", "<W>.Skip(1).ToArray()"),
    "N": ("<N>.Where(n => <B|n:I>)", "<N>.Select(n => <I|n:I>)", "<N>.OrderByDescending(n => n)", "<N>.Take(<I>)", "<N>.Distinct()", "<N>.Concat(<N>)",
          "<W>.Select(w => w.Length)", "<N>.Skip(1)", "<N>.Reverse()", "<N>.ToList()", "<A>.Select(t => t.ToString().Length)", "<N>.Except(<N>)",
          "<N>.Zip(<N>, (a, b) => <I|a:I,b:I>)", "from n in <N> where <B|n:I> select <I|n:I>", "<N>.SelectMany(n => new [] { n, <I|n:I> })"),
    "Q": ("<W>.Where(w => <B|w:S>)", "<W>.Select(w => <S|w:S>)", "<W>.Distinct()", "<W>.GroupBy(w => w.Length).Select(g => g.Key + \"x\" + g.Count())",
          "<O>.Properties().Select(p => p.Name)", "<A>.Select(t => (string)t)", "<W>.Union(<Q>)", "<W>.OrderBy(w => w.Length).ThenByDescending(w => w.Length)"),
    "K": ("<B> ? (int?)<I> : null", "<K> + <I>", "(<S>)?.Length", "(int?)<O>[\"zz\"]", "(int?)<O>[\"a\"]"),
}  # fmt: skip

ANY = "SSSSIIBDLMCTPGJOAK"
BLOCKS = (
    "@{ var x = <V>; return x; }",
    "@{ string s = <S>; if (<B|s:S>) { s += <S|s:S>; } else { s = <S|s:S>; } return s; }",
    "@{ int i = <I>; var t = 0; foreach (var n in <N>) { if (<B|n:I,i:I>) { continue; } t += <I|n:I,i:I>; } return t; }",
    "@{ var b = new StringBuilder(); foreach (var w in <W>) { b.Append(<S|w:S>).Append(';'); } return b.ToString(); }",
    "@{ try { return <V>; } catch (FormatException) { return \"format\"; } catch (Exception e) { return e.GetType().Name; } }",
    "@{ var r = new JObject(); r[\"a\"] = <S>; r.Add(\"b\", <I>); r[\"c\"] = <J>; return r.ToString(Formatting.None); }",
    "@{ for (int i = 0; i < 5; i++) { if (<B|i:I>) { return <V|i:I>; } } return <V>; }",
    "@{ int v; if (int.TryParse(<S>, out v)) { return v; } return <V>; }",
    "@{ switch (<I> % 3) { case 0: return <V>; case 1: return <S>; default: return null; } }",
    "@{ var d = new Dictionary<string, int>(); foreach (var w in <W>) { d[w] = d.ContainsKey(w) ? d[w] + 1 : <I|w:S>; } return d; }",
    "@{ Func<int, int> f = n => <I|n:I>; return f(<I>) + f(1); }",
    "@{ object o = <V>; if (o is string q) { return q.Length; } return o as JObject; }",
    "@{ var list = new List<string>(); foreach (var t in <A>) { list.Add((string)t); } return string.Join(\",\", list); }",
    "@{ var x = <I>; x++; x -= <I|x:I>; x *= 2; return x << 1; }",
    "@{ var xs = <W>.Select(w => new { Name = w, N = <I|w:S> }).OrderBy(x => x.N); return string.Join(\"|\", xs.Select(x => x.Name + x.N)); }",
    "@{ long a = <I>; double b = a; decimal c = <I>; return $\"{a + b} {c / 4} {a}\"; }",
    "@{ try { throw new InvalidOperationException(<S>); } catch (Exception e) when (e.Message != <S>) { return e.GetType().Name; } finally { context.Trace(\"f\"); } }",
    "@{ string s = null; while (<I> < 0 && (s ?? \"\").Length < 3) { s += \"x\"; } return s ?? <S>; }",
    "@{ var u = <U>; return u.Scheme + \"|\" + u.Host + \"|\" + u.Port + \"|\" + u.PathAndQuery + \"|\" + u.Fragment; }",
)  # fmt: skip


@dataclass(slots=True)
class Grammar:
    """A source of expressions; the same seed gives the same ones."""

    random: random.Random
    scope: list[tuple[str, str]] = field(default_factory=list)
    made: int = 0

    def whole(self) -> str:
        """One policy expression."""
        if self.random.random() < 0.3:
            return self._fill(self.random.choice(BLOCKS), 2)
        return f"@({self.of('V', self.random.choice((1, 2, 2, 3)))})"

    def of(self, kind: str, depth: int) -> str:
        """An expression of a type."""
        if kind == "V":
            kind = self.random.choice(ANY)
        names = [name for name, ty in self.scope if ty == kind]
        if names and self.random.random() < 0.5:
            return self.random.choice(names)
        if depth <= 0 or self.random.random() < 0.15:
            text = self.random.choice(LEAVES[kind])
        else:
            text = self._fill(self.random.choice(RULES[kind]), depth - 1)
        return text if re.fullmatch(r'\w+|"[^"\\{}]*"', text) else f"({text})"

    def _fill(self, template: str, depth: int) -> str:
        self.made += 1
        fresh = f"{self.made}"
        bound = {n for m in _HOLE.finditer(template) for n, _ in _pairs(m.group(2))}
        for name in bound:
            template = re.sub(rf"\b{name}\b(?![\"'])(?!:[^A-Z])", name + fresh, template)

        def one(m: re.Match[str]) -> str:
            pairs = _pairs(m.group(2))
            self.scope.extend(pairs)
            text = self.of(m.group(1), depth)
            del self.scope[len(self.scope) - len(pairs) :]
            return text

        return _HOLE.sub(one, template)


def _pairs(text: str | None) -> list[tuple[str, str]]:
    return [(n, k) for n, _, k in (p.partition(":") for p in (text or "").split(",") if p)]

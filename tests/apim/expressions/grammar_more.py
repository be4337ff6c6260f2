# ruff: noqa: E501 (templates of C# stay on one line)
"""Further statements for the random expressions of `grammar`, written as its blocks are.

They are about what is rarer in policies and easily wrong: collections behind their interfaces, JSON that changes
while it is gone through, the order in which things happen, delegates, local functions, iterators, references.
"""

from __future__ import annotations

import random

_LOG = 'var log = ""; Func<int, int> tick = z => { log += z + ";"; return z; }; Func<string, string> say = z => { log += z + ";"; return z; }; '
_CATCH = '} catch (Exception e) { return e.GetType().Name + "|" + log; } '

BLOCKS = (
    # collections behind their interfaces
    '@{ IDictionary<string, JToken> d = <O>; d["k"] = <J>; d.Remove(<S>); return d.Count + string.Join(",", d.Keys) + d.ContainsKey(<S>); }',
    "@{ IDictionary<string, JToken> d = <O>; d.Add(<S>, <I>); foreach (var p in d) { if (<B>) { return p.Key + p.Value; } } return d; }",
    "@{ IDictionary<string, JToken> d = <O>; JToken t; if (d.TryGetValue(<S>, out t)) { return t; } return d.Where(p => p.Value.Type == JTokenType.Integer).Select(p => p.Key).ToList(); }",
    '@{ IDictionary<string, int> d = <Z>; d.Add(new KeyValuePair<string, int>(<S>, <I>)); return d.Contains(new KeyValuePair<string, int>("a", 1)) + string.Join(",", d); }',
    '@{ ICollection<KeyValuePair<string, int>> c = <Z>; var x = new KeyValuePair<string, int>[3]; c.CopyTo(x, <I> % 3); return c.Remove(x[1]) + "|" + c.Count + x[2].Key; }',
    '@{ IList<JToken> l = <A>; l.Add(<J>); l.Insert(<I> % 3, <S>); l[0] = <J>; return l.Count + "|" + l.IndexOf(l[1]) + l; }',
    '@{ IList<JToken> l = <O>; l.RemoveAt(<I> % 3); return l.Count + "|" + l.IndexOf(l[0]) + l; }',
    '@{ IList<int> l = <N>.ToList(); l.Insert(0, <I>); l.RemoveAt(<I> % 4); return l.IndexOf(<I>) + "|" + string.Join(",", l); }',
    '@{ IList<string> l = <W>; l[<I> % 3] = <S>; return l.Contains(<S>) + "|" + l.IsReadOnly + l.Count; }',
    '@{ ICollection<int> c = new HashSet<int>(<N>); c.Add(<I>); return c.Remove(<I>) + "|" + string.Join(",", c.OrderBy(n => n)); }',
    '@{ IEnumerable<object> x = <W>; return x.OfType<string>().Count(w => <B|w:S>) + "|" + x.Contains(<S>); }',
    "@{ IReadOnlyDictionary<string, int> d = <Z>; int v; return d.TryGetValue(<S>, out v) ? v : d.Keys.Count() + d.Values.Sum(); }",
    # JSON that changes meanwhile
    "@{ var a = <A>; int i = 0; foreach (var t in a) { if (<B>) { a[i] = <J>; } i++; } return a.ToString(Formatting.None); }",
    "@{ var a = <A>; foreach (var t in a) { if (<B>) { t.Replace(<J>); } } return a; }",
    "@{ var a = <A>; foreach (var t in a.ToList()) { if (<B>) { t.Remove(); } else { a.Add(t); } } return a; }",
    "@{ var o = <O>; foreach (var p in o) { o[p.Key] = <J>; if (<B>) { o[<S>] = 1; } } return o.ToString(Formatting.None); }",
    '@{ var o = <O>; foreach (var t in o.SelectTokens("$..*").ToList()) { if (t.Type == JTokenType.Integer && <B>) { t.Replace(<J>); } } return o; }',
    '@{ var o = <O>; foreach (var t in o.SelectTokens("$.c[*]")) { if (<B>) { t.Replace(<I>); } } return o; }',
    '@{ var o = <O>; o.Property("a")?.AddAfterSelf(new JProperty(<S>, <J>)); o.Property("c")?.Remove(); o.AddFirst(new JProperty("z", <V>)); return o; }',
    '@{ var o = <O>; o.Merge(<O>); o.Merge(new JObject { ["c"] = <A> }); return o; }',
    '@{ var o = <O>; var p = <J>; o["x"] = p; o["y"] = p; p?.Replace(<I>); return o.ToString(Formatting.None) + (p?.Parent == null); }',
    '@{ var o = <O>; var q = o.Descendants().Where(t => t is JValue).Select(t => t.Path + "=" + t); o["d"] = <J>; return string.Join(",", q); }',
    # the order of things
    "@{ " + _LOG + "try { return tick(<I>) + tick(<I>) * tick(<I>) / tick(<I>) + log; " + _CATCH + "}",
    "@{ " + _LOG + "try { return say(<S>).Substring(tick(<I>), tick(<I>)) + log; " + _CATCH + "}",
    "@{ "
    + _LOG
    + "try { var a = new[] { 1, 2, 3 }; a[tick(<I>)] = tick(<I>); a[tick(1)] += tick(<I>); return a[0] + log; "
    + _CATCH
    + "}",
    "@{ "
    + _LOG
    + "try { JObject o = <B> ? <O> : null; o[say(<S>)] = tick(<I>); return o[say(<S>)] + log; "
    + _CATCH
    + "}",
    "@{ "
    + _LOG
    + "try { var d = <B> ? <Z> : null; d[say(<S>)] += tick(<I>); return d.Count + log; "
    + _CATCH
    + "}",
    "@{ "
    + _LOG
    + "try { string t = <S>; return t.Replace(say(<S>), say(<S>)) + t.IndexOf(say(<S>), tick(<I>)) + log; "
    + _CATCH
    + "}",
    "@{ "
    + _LOG
    + 'try { return (<B> && tick(<I>) > 1 || tick(<I>) < tick(<I>)) + "" + (tick(1) > 0 ? tick(<I>) : tick(2)) + log; '
    + _CATCH
    + "}",
    "@{ "
    + _LOG
    + "var q = <N>.Where(n => tick(n) > <I>).Select(n => tick(n + 1)).Take(2); var x = q.Any(); return q.Count() + log; }",
    "@{ "
    + _LOG
    + "var q = <N>.Select(n => tick(n)).Distinct().Concat(<N>.Select(n => tick(n * 2))).Skip(1); return q.FirstOrDefault() + log; }",
    "@{ "
    + _LOG
    + 'var q = <N>.Select(n => tick(n)).OrderBy(n => tick(n % 3)).ThenByDescending(n => tick(n)).Select(n => tick(n)); return string.Join(",", q) + log; }',
    "@{ "
    + _LOG
    + 'var q = <W>.GroupBy(w => say(w)).Select(g => g.Key + tick(g.Count())); return string.Join(",", q) + log; }',
    "@{ "
    + _LOG
    + "var q = <N>.Select(n => tick(n)).Union(<N>.Select(n => tick(-n))).Except(<N>.Select(n => tick(n + 1))); return q.FirstOrDefault() + log; }",
    "@{ "
    + _LOG
    + "var q = <W>.Select(w => say(w)).Join(<W>.Select(w => say(w)), a => a.Length, b => b?.Length ?? 0, (a, b) => a + b); return q.Count() + log; }",
    "@{ "
    + _LOG
    + 'try { try { return tick(<I>) + int.Parse(say(<S>)); } finally { log += "f"; } } catch (FormatException) when (tick(7) > <I>) { return log; '
    + _CATCH
    + "}",
    "@{ "
    + _LOG
    + "var d = <N>.Zip(<W>.Select(w => say(w)), (a, b) => tick(a) + b); return d.Count() + d.LastOrDefault() + log; }",
    # delegates, local functions, iterators, references
    '@{ var l = new List<Func<int>>(); for (int i = 0; i < 3; i++) { int k = i; l.Add(() => <I|k:I>); l.Add(() => i); l.Add(() => <I>); } return string.Join(",", l.Select(f => f())) + (l[2] == l[5]) + (l[0] == l[3]) + (l[1] == l[4]); }',
    "@{ var t = 0; Action a = () => t++; Action b = () => t += 10; var c = a + b + a; c -= <B> ? a : b; c += <B> ? b : null; c?.Invoke(); return t; }",
    "@{ int Fn(int x, int y = 3) => <I|x:I,y:I>; return Fn(<I>) + Fn(<I>, <I>); }",
    "@{ int Down(int x) { if (x <= 0) { return <I|x:I>; } return Down(x - 1) + <I|x:I>; } return Down(<I> % 5); }",
    "@{ IEnumerable<int> Some(int x) { for (int i = 0; i < x; i++) { if (<B|i:I>) { yield break; } yield return <I|i:I,x:I>; } } return Some(<I> % 5).Where(n => <B|n:I>).ToList(); }",
    "@{ "
    + _LOG
    + 'IEnumerable<int> Some() { try { yield return tick(<I>); yield return tick(<I>); } finally { log += "f"; } } foreach (var n in Some()) { if (<B|n:I>) { break; } } return log; }',
    '@{ void Swap(ref int x, ref int y) { var h = x; x = y; y = <I|h:I>; } int i = <I>, j = <I>; Swap(ref i, ref j); return i + "|" + j; }',
    "@{ bool Try(string s, out int n) { n = s?.Length ?? -1; return <B|s:S,n:I>; } return Try(<S>, out var r) ? r : <I|r:I>; }",
    '@{ var a = new[] { <I>, <I>, <I> }; ref int r = ref a[<I> % 3]; r += 5; r++; return string.Join(",", a); }',
    "@{ (int n, string s) t = (<I>, <S>); var (x, y) = t; t.n += x; return t.n + t.s + y + t.Equals((x, y)); }",
    '@{ object o = <V>; switch (o) { case int n when n > <I>: return n; case string s when <B|s:S>: return s.Length; case JObject j: return j.Count; case null: return "none"; default: return o == null; } }',
    '@{ object o = <V>; if (o is int n && <B|n:I>) { return n; } if (!(o is string s)) { return "no"; } return <S|s:S>; }',
    "@{ int i = 0; again: i++; if (i < 3 && <B|i:I>) { goto again; } return i; }",
    "@{ int n = <I>; switch (n % 4) { case 0: n += 1; goto case 1; case 1: n *= 2; break; case 2: goto default; default: n = -n; break; } return n; }",
    '@{ var n = <K>; return $"{n?.ToString() ?? "none"}|{n + 1}|{n > 2}|{(n ?? 0) / 2}"; }',
    "@{ TX Pick<TX>(bool f, TX x, TX y) => f ? x : y; return Pick(<B>, <I>, <I>) + Pick<object>(<B>, <V>, <S>)?.ToString(); }",
)

_PLACES = (
    "0",
    "00",
    "#",
    "##0",
    ".",
    ".0",
    ".00",
    ".##",
    ".0#",
    "%",
    "‰",
    ";",
    "'q'",
    "\\\\a",
    " ",
    "-",
    "x",
    "(",
    ")",
    "0.0.0",
    "N",
    "+",
)
_GROUPS, _EXPONENTS = ("#,##0", "#,#", ",", ",,"), ("e0", "E+0", "e-00")
_DATE = (
    "d",
    "dd",
    "ddd",
    "dddd",
    "M",
    "MM",
    "MMM",
    "MMMM",
    "y",
    "yy",
    "yyy",
    "yyyy",
    "yyyyy",
    "h",
    "hh",
    "H",
    "HH",
    "m",
    "mm",
    "s",
    "ss",
    "f",
    "ff",
    "fff",
    "ffffff",
    "F",
    "FF",
    "FFF",
    "FFFFFFF",
    "t",
    "tt",
    "z",
    "zz",
    "zzz",
    "K",
    ":",
    "/",
    "-",
    ".",
    " ",
    "T",
    "'at'",
    "\\\\d",
    "g",
    ",",
)
_SPAN = (
    "d",
    "dd",
    "h",
    "hh",
    "m",
    "mm",
    "s",
    "ss",
    "f",
    "fff",
    "F",
    "FFFF",
    "\\\\:",
    "\\\\.",
    "'d'",
    "\\\\-",
    "%",
)
_SHORT = ("C", "D", "E", "F", "G", "N", "P", "R", "X", "c", "e", "g", "x", "Z")
_TIME = ("d", "D", "f", "F", "g", "G", "m", "o", "r", "s", "t", "T", "u", "U", "y", "q")


def formats(source: random.Random, count: int) -> tuple[str, ...]:
    """Expressions with formats that are put together at random, for numbers, dates and durations."""
    out: list[str] = []
    for _ in range(count):
        places = (*_PLACES, *source.choice((_GROUPS, _EXPONENTS)))
        number = "".join(source.choices(places, k=source.randint(1, 5)))
        date = "".join(source.choices(_DATE, k=source.randint(2, 6)))
        span = "".join(source.choices(_SPAN, k=source.randint(2, 5)))
        short = source.choice(_SHORT) + source.choice(("", "0", "1", "2", "3", "7", "10"))
        ty = source.choice("IDMLD")
        out += [
            f'@(<{ty}>.ToString("{number}"))',
            f'@(<{ty}>.ToString("{short}"))',
            f'@(string.Format("{{0,{source.randint(-9, 9)}:{number}}}|{{1}}", <{ty}>, <V>))',
            f'@(<{source.choice("TF")}>.ToString("{date}"))',
            f'@(<{source.choice("TF")}>.ToString("{source.choice(_TIME)}"))',
            f'@(<P>.ToString("{span}"))',
            f'@(DateTime.ParseExact(<T>.ToString("{date}"), "{date}", System.Globalization.CultureInfo.InvariantCulture))',
            f'@{{ double d; decimal m; return double.TryParse(<{ty}>.ToString("{number}"), out d) + "|" + d + "|" + decimal.TryParse(<{ty}>.ToString("{short}"), out m) + m; }}',
            f'@{{ TimeSpan p; return TimeSpan.TryParse(<P>.ToString("{span}"), out p) ? p.ToString() : TimeSpan.ParseExact(<P>.ToString("{span}"), "{span}", null).ToString(); }}',
        ]
    return tuple(out)

# ruff: noqa: E501 (templates of C# stay on one line)
"""Random well-typed policy expressions, weighted by what real policies use.

A rule is a template: `<S>` stands for any text, `<S|x:I>` for a text that may use the int `x`. Letters name
types: S string, I int, L long, D double, M decimal, B bool, C char, T DateTime, P TimeSpan, G Guid, U Uri,
J JToken, O JObject, A JArray, W string[], N IEnumerable<int>, Q IEnumerable<string>, K int?, V any value,
X XElement, F DateTimeOffset, Y byte[], Z Dictionary<string, int>.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_HOLE = re.compile(r"<([A-Z])(?:\|((?:\w+:[A-Z],?)+))?>")
# what a template declares: it gets a fresh name each time, since C# lets no inner scope reuse an outer name
_DECLARED = re.compile(
    r"\((\w), (\w)\) =>|\b(\w) =>|\b(?:from|join) (\w) in|\blet (\w) =|\binto (\w)\b"
    r"|\b(?:var|int|int\?|string|byte|short|uint|ulong|long|float|double|decimal|object|IEnumerable<int>|Func<[\w<>, ]+>) "
    r"(\w)(?= =| in|;)|\bcatch \(\w+ (\w)\)|, (\w) = <I> % 5;"
)

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
    "X": ('XElement.Parse("<r><a k=\\"1\\">t</a><b/><a k=\\"2\\"/></r>")', 'new XElement("e")', 'new XElement("n", 5, new XAttribute("z", true))'),
    "F": ("new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.FromHours(2))", "DateTimeOffset.UnixEpoch", "new DateTimeOffset(context.Timestamp)"),
    "Y": ("new byte[] { 1, 2, 255 }", "new byte[0]", 'Encoding.UTF8.GetBytes("h\\u00e9")', 'Convert.FromBase64String("AQID")'),
    "Z": ('new Dictionary<string, int> { { "a", 1 }, { "b", 2 } }', 'new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["K"] = 7 }',
          "new Dictionary<string, int>()"),
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
        "<X>.ToString()", "<X>.Value", "(string)<X>.Attribute(<S>)", "<X>.Name.LocalName", "<X>.ToString(SaveOptions.DisableFormatting)",
        '<F>.ToString("o")', "<F>.ToString()", '<F>.ToString("yyyy-MM-dd HH:mm zzz")', "Convert.ToBase64String(<Y>)", "BitConverter.ToString(<Y>)",
        "Encoding.UTF8.GetString(<Y>)", "Encoding.ASCII.GetString(<Y>)", 'string.Join(",", <Z>.Select(p => p.Key + p.Value))', "<Z>.Keys.FirstOrDefault()",
        'string.Join(";", <W>.GroupBy(w => w.Length).OrderBy(g => g.Key).Select(g => g.Key + ":" + string.Join("+", g)))', "<W>.ElementAtOrDefault(<I>)",
        'string.Join("", <S>.Reverse())', 'string.Join("-", <S>.Select(c => (int)c))', "new string(<S>.Where(c => <B|c:C>).ToArray())",
        'Regex.Replace(<S>, @"(\\w)(\\w)", "$2$1")', 'Regex.Replace(<S>, "[a-m]", m => m.Value.ToUpper() + <I>)', 'Regex.Match(<S>, "(?<x>[a-z]+)(?<y>\\\\d*)").Groups["x"].Value',
        'string.Join("|", Regex.Split(<S>, @"\\W+"))', 'string.Join("|", Regex.Matches(<S>, "[aeiou]").Cast<Match>().Select(m => m.Index))',
        '$"{<D>:F1}|{<T>:yyyy}|{<I>:X}|{<M>:0.0}|{<S>,4}"', '$@"{<S>}\\{<I>}"', 'string.Format("{0,-6}|{1:N2}|{2}", <S>, <D>, <V>)', "<S>.Normalize()",
        'new StringBuilder(<S>).Insert(0, <I>).Replace("a", <S>).ToString()', "new StringBuilder().AppendFormat(\"{0}|{1}\", <V>, <I>).AppendLine().ToString()",
        "<T>.ToString(<S>)", "<P>.ToString()", '<P>.ToString("g")', '<T>.ToString("o")', '<D>.ToString("E2")', '<M>.ToString("C")', '<D>.ToString("P1")', '<I>.ToString("N0")',
        '<L>.ToString("x")', '<D>.ToString("R")', "<D>.ToString(<S>)", "Tuple.Create(<I>, <S>).ToString()", "new { A = <I>, B = <S> }.ToString()",
        'string.Concat(<W>.OrderBy(w => w, StringComparer.OrdinalIgnoreCase))', 'string.Join(",", <W>.ToLookup(w => w.Length)[<I>])', "((object)<V>)?.ToString()",
        'string.Join(",", <O>.Properties().OrderBy(p => p.Name).Select(p => p.Name + "=" + p.Value))', 'string.Join(",", <A>.SelectTokens("$..*").Select(t => t.Path))',
        'string.Join(",", from w in <W> let n = w.Length where n > 0 select w + n)', 'string.Join(",", from w in <W> group w by w.Length into g orderby g.Key select g.Key + "x" + g.Count())',
        'string.Join(",", from a in <W> from b in <N> select a + b)', 'string.Join(",", from a in <W> join b in <Q> on a equals b select a + b)',
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
        "<X>.Elements().Count()", "<X>.Descendants(\"a\").Count()", "<Y>.Length", "<Z>.Count", "<Z>.Values.Sum()", "<F>.Year", "(int)<F>.Offset.TotalMinutes", "<Z>[<S>]",
        "(int)<T>.DayOfWeek", "<S>.Count(c => <B|c:C>)", "<W>.Sum(w => <I|w:S>)", "<N>.Last()", "<N>.ElementAt(<I>)", "<N>.Single(n => n == <I>)", "BitConverter.ToInt32(<Y>, 0)",
        "<S>.IndexOfAny(new [] { <C>, 'e' })", "string.CompareOrdinal(<S>, <S>)", "<W>.ToList().IndexOf(<S>)", "<W>.ToList().FindIndex(w => <B|w:S>)", "<I> == 0 ? 1 : <I>",
        "(int)(sbyte)(context.Response.StatusCode - <I>)", "(int)(ushort)(context.Response.StatusCode - <I>)", "(int)(uint)(<S>.Length - <I>)", "(int)(char)(<W>.Length + <I>)", "unchecked((int)<L>)", "(int)Math.Round(<D>, MidpointRounding.AwayFromZero)", "Math.Sign(<D>)", "<I> << <I>", "~<I>",
        "(int?)<J> ?? 4", "<J>.Value<int>()", "<A>.Sum(t => <I>)", "<Q>.Select(q => q.Length).DefaultIfEmpty(<I>).Max()", "<P>.CompareTo(<P>)", "<T>.CompareTo(<T>)",
        "<I>.CompareTo(<I>)", "Convert.ToInt32(\"ff\", 16)", "Encoding.UTF8.GetBytes(<S>).Length", "(int)(byte)(context.Response.StatusCode + <I>)", "(int)(short)(context.Response.StatusCode * <I>)",
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
        "<F> > <F>", "<F> == <F>", "<Y>.SequenceEqual(<Y>)", "<Z>.ContainsKey(<S>)", "<X>.HasElements", "<X>.Element(<S>) == null", "<W>.SequenceEqual(<W>)",
        "new HashSet<string>(<W>).Contains(<S>)", "new HashSet<int>(<N>).SetEquals(<N>)", "<S> is string", "<J> is JValue", "<V> == null", "<C> > <C>", "<K>.HasValue && <K> > 1",
        "<N>.Any(n => <B|n:I>) && <B>", "!<B> || <B>", "<W>.All(w => <B|w:S>)", "<S>.Any(c => <B|c:C>)", "string.Equals(<S>, <S>, StringComparison.InvariantCultureIgnoreCase)",
        "<U> == <U>", "<S>.StartsWith(<S>, StringComparison.Ordinal)", "<I> > 0 == <B>", "double.IsNaN(<D>)", "<A>.Any()", "<O>.HasValues", "DateTime.TryParse(<S>, out DateTime _)",
        "<T> > <T>", "<P> >= <P>", "<G> == <G>", "<K>.HasValue", "<K> == 5", "<K> > 2", "<K> != null", "bool.Parse(<S>)", "Convert.ToBoolean(<S>)", "<V> is string",
        "((object)<V>) is int", "object.Equals(<V>, <V>)", "char.IsDigit(<C>)", "char.IsLetter(<C>)", "<I> % 2 == 0", "<S>?.Length > 3",
        "JToken.DeepEquals(<J>, <J>)", "<A>.Any(t => (string)t == <S>)", "<S>.Equals(<S>)", "<B> ^ <B>", "<U>.IsAbsoluteUri",
        "<Q>.Distinct().Count() == <Q>.Count()", "Array.Exists(<W>, w => <B|w:S>)", "<O>[\"n\"].Type == JTokenType.Null",
    ),
    "X": ("<X>.Elements().First()", "<X>.Element(\"a\")", 'new XElement("q", <V>, <X>)', 'new XElement("q", <W>.Select(w => new XElement("w", w)))',
          'new XElement("q", new XAttribute("k", <S>), <I>)', "XElement.Parse(<X>.ToString())", "<X>.Descendants().Last()"),
    "F": ("<F>.AddHours(<D>)", "<F>.ToOffset(TimeSpan.FromHours(<I> % 14))", "new DateTimeOffset(<T>, TimeSpan.Zero)", "<F>.AddMonths(<I>)", "<F> + <P>", "DateTimeOffset.Parse(<S>)"),
    "Y": ("Encoding.UTF8.GetBytes(<S>)", "<Y>.Concat(<Y>).ToArray()", "<Y>.Reverse().ToArray()", "SHA1.Create().ComputeHash(<Y>)", "MD5.Create().ComputeHash(<Y>)", "BitConverter.GetBytes(<I>)",
          "Convert.FromBase64String(<S>)", "Encoding.Unicode.GetBytes(<S>)", "<Y>.Take(<I>).ToArray()", "new HMACSHA512(<Y>).ComputeHash(<Y>)"),
    "Z": ("<W>.Distinct().ToDictionary(w => w, w => <I|w:S>)", "<N>.Distinct().ToDictionary(n => <S|n:I>, n => n)", "<W>.GroupBy(w => w).ToDictionary(g => g.Key, g => g.Count())"),
    "C": ("<S>[<I>]", "char.ToUpper(<C>)", "(char)(<C> + 1)", "<S>.First()", "<S>.LastOrDefault()", "<B> ? <C> : <C>"),
    "T": ("<T>.AddDays(<I>)", "<T>.AddHours(<D>)", "<T>.AddMonths(<I>)", "<T>.Add(<P>)", "<T>.Date", "<T> - <P>", "<T> + <P>", "DateTime.Parse(<S>)",
          "<B> ? <T> : <T>", "<T>.AddSeconds(<I>)", "DateTimeOffset.FromUnixTimeSeconds(<I>).DateTime", "<T>.AddMinutes(<I> % 1000)"),
    "P": ("<T> - <T>", "<P> + <P>", "TimeSpan.FromSeconds(<I>)", "<P>.Negate()", "TimeSpan.FromHours(<I> % 100)", "<T>.TimeOfDay", "TimeSpan.Parse(<S>)"),
    "G": ("Guid.Parse(<S>)", "<B> ? <G> : <G>"),
    "U": ('new Uri("http://h.example/" + <S>)', "new Uri(<U>, <S>)", "new Uri(<U>.GetLeftPart(UriPartial.Path))"),
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
          "<W>.Select(w => w.Length)", "<N>.Skip(1)", "<N>.AsEnumerable().Reverse()", "<N>.ToList()", "<A>.Select(t => t.ToString().Length)", "<N>.Except(<N>)",
          "<N>.Zip(<N>, (a, b) => <I|a:I,b:I>)", "from n in <N> where <B|n:I> select <I|n:I>", "<N>.SelectMany(n => new [] { n, <I|n:I> })"),
    "Q": ("<W>.Where(w => <B|w:S>)", "<W>.Select(w => <S|w:S>)", "<W>.Distinct()", "<W>.GroupBy(w => w.Length).Select(g => g.Key + \"x\" + g.Count())",
          "<O>.Properties().Select(p => p.Name)", "<A>.Select(t => (string)t)", "<W>.Union(<Q>)", "<W>.OrderBy(w => w.Length).ThenByDescending(w => w.Length)"),
    "K": ("<B> ? (int?)<I> : null", "<K> + 3", "<K> * 2", "<Z>.Select(p => (int?)p.Value).Max()", "<N>.Select(n => (int?)n).FirstOrDefault()", "(<S>)?.Length", "(int?)<O>[\"zz\"]", "(int?)<O>[\"a\"]"),
}  # fmt: skip

ANY = "SSSSSIIIBBDDLMCTPGJOAKUXFYZWN"
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
    "@{ var q = new Queue<int>(<N>); var t = 0; while (q.Count > 0) { t = t * 3 + q.Dequeue(); if (t > <I>) { break; } } return t; }",
    "@{ var s = new Stack<string>(<W>); var r = \"\"; do { r += s.Pop(); } while (s.Count > 0); return r; }",
    "@{ int n = <I>; switch (n) { case 0: case 1: n += 10; break; case 2: { n--; break; } default: n = <I|n:I>; break; } return n; }",
    "@{ string k = <S>; switch (k) { case \"a\": return 1; case null: return 2; case \"42\": return 3; default: return k; } }",
    "@{ var t = 0; for (int i = 0, j = <I> % 5; i < 6; i++, j--) { if (i == j) { continue; } t += i * <I|i:I,j:I>; } return t; }",
    "@{ var d = <Z>; foreach (var p in d) { if (p.Value > <I>) { return p.Key; } } return d.Count; }",
    "@{ var d = <Z>; int v; if (d.TryGetValue(<S>, out v)) { return v; } d[<S>] = <I>; return string.Join(\",\", d.Select(p => p.Key + \"=\" + p.Value)); }",
    "@{ try { var x = <I>; try { if (x > 1) { throw new ArgumentException(\"m\"); } return <V>; } finally { context.Trace(\"in\"); } } catch (ArgumentException e) { return e.Message; } }",
    "@{ try { return <V>; } catch (NullReferenceException) { return 1; } catch (ArgumentException e) { return e.GetType().Name; } catch (InvalidOperationException) { return 3; } }",
    "@{ int? k = <K>; if (k == null) { return <V>; } return k.Value + <I>; }",
    "@{ var a = <W>; Array.Sort(a, StringComparer.Ordinal); Array.Reverse(a); return string.Join(\",\", a); }",
    "@{ var l = <N>.ToList(); l.Add(<I>); l.Insert(0, 1); l.RemoveAll(n => <B|n:I>); l.Sort(); return l; }",
    "@{ var h = new HashSet<int>(<N>); h.UnionWith(<N>); h.ExceptWith(<N>); return h.OrderBy(n => n).ToList(); }",
    "@{ Func<string, int, string> f = (s, n) => <S|s:S,n:I>; return f(<S>, <I>); }",
    "@{ Func<int, Func<int, int>> f = a => b => <I|a:I,b:I>; return f(<I>)(<I>); }",
    "@{ var x = <X>; foreach (var e in x.Elements().ToList()) { e.SetAttributeValue(\"n\", <I>); if (<B>) { e.Remove(); } } return x.ToString(); }",
    "@{ var o = <O>; foreach (var p in o.Properties().ToList()) { if (<B>) { p.Remove(); } else { p.Value = <S>; } } return o.ToString(Formatting.None); }",
    "@{ var a = <A>; a.Add(<I>); a.Insert(0, <S>); if (a.Count > 2) { a.RemoveAt(1); } return a.ToString(Formatting.None); }",
    "@{ byte b = (byte)(context.Response.StatusCode + <I>); b += 200; b++; short s = (short)(b * <I>); s >>= 1; return s ^ b; }",
    "@{ uint u = (uint)(context.Response.StatusCode - <I>); ulong l = u; l *= l; u <<= 3; return $\"{u}|{l}|{u % 7}\"; }",
    "@{ float f = (float)<D>; f *= 1.5f; return f + \"|\" + (double)f; }",
    "@{ double d = <D>; int i = <I>; d += i; d /= 3; return (d > i) ? (object)d : i; }",
    "@{ var p = new { N = <I>, T = <S> }; var q = new { N = <I>, T = <S> }; return p.Equals(q) + p.T; }",
    "@{ using (var h = SHA256.Create()) { return BitConverter.ToString(h.ComputeHash(<Y>)).Replace(\"-\", \"\").ToLower(); } }",
    "@{ var r = <B> ? <S> : null; return r?.Trim()?.Length ?? <I>; }",
    "@{ object o = <V>; return (o as string)?.Length ?? ((o is int) ? (int)o : -1); }",
    "@{ var u = <U>; return u.Scheme + \"|\" + u.Host + \"|\" + u.Port + \"|\" + u.PathAndQuery + \"|\" + u.Fragment; }",
)  # fmt: skip


@dataclass(slots=True)
class Tree:
    """An expression as it was made: texts, and the expressions between them.

    Attributes:
        kind: its type's letter; empty for the whole.
        scope: the variables that it may use, with their types.
    """

    kind: str
    parts: list[str | Tree]
    scope: tuple[tuple[str, str], ...] = ()

    def text(self) -> str:
        """The C# of the expression, in brackets where it is not one word."""
        text = "".join(p if isinstance(p, str) else p.text() for p in self.parts)
        return text if not self.kind or re.fullmatch(r'\w+|"[^"\\{}]*"', text) else f"({text})"

    def below(self) -> Iterator[Tree]:
        """Every expression inside."""
        for part in self.parts:
            if isinstance(part, Tree):
                yield part
                yield from part.below()

    def simpler(self) -> Iterator[Tree]:
        """The same with one part replaced by something shorter of its type."""
        for at, part in enumerate(self.parts):
            if not isinstance(part, Tree):
                continue
            for other in part.shorter():
                yield Tree(self.kind, [*self.parts[:at], other, *self.parts[at + 1 :]], self.scope)

    def shorter(self) -> Iterator[Tree]:
        """Leaves of this type, parts of this type, and the same with a simpler part."""
        if any(isinstance(p, Tree) for p in self.parts):
            yield from (Tree(self.kind, [leaf], self.scope) for leaf in LEAVES[self.kind][:3])
        known = {name for name, _ in self.scope}
        for inner in self.below():
            if inner.kind == self.kind and {name for name, _ in inner.scope} <= known:
                yield inner
        yield from self.simpler()


@dataclass(slots=True)
class Grammar:
    """A source of expressions; the same seed gives the same ones.

    Attributes:
        blocks: the statements.
        share: how many of the expressions are statements.
    """

    random: random.Random
    blocks: tuple[str, ...] = BLOCKS
    share: float = 0.35
    scope: list[tuple[str, str]] = field(default_factory=list)
    made: int = 0

    def whole(self) -> Tree:
        """One policy expression."""
        if self.random.random() < self.share:
            return Tree("", self._fill(self.random.choice(self.blocks), 2))
        return Tree("", ["@(", self.of("V", self.random.choice((1, 2, 2, 3))), ")"])

    def of(self, kind: str, depth: int) -> Tree:
        """An expression of a type."""
        if kind == "V":
            kind = self.random.choice(ANY)
        scope = tuple(self.scope)
        names = [name for name, ty in self.scope if ty == kind]
        if names and self.random.random() < 0.5:
            return Tree(kind, [self.random.choice(names)], scope)
        if depth <= 0 or self.random.random() < 0.15:
            return Tree(kind, [self.random.choice(LEAVES[kind])], scope)
        return Tree(kind, self._fill(self.random.choice(RULES[kind]), depth - 1), scope)

    def _fill(self, template: str, depth: int) -> list[str | Tree]:
        self.made += 1
        fresh = f"{self.made}"
        bound = {n for m in _HOLE.finditer(template) for n, _ in _pairs(m.group(2))}
        bound |= {n for m in _DECLARED.finditer(template) for n in m.groups() if n}
        for name in bound:
            template = re.sub(rf"\b{name}\b(?![\"'])(?!:[^A-Z])", name + fresh, template)
        parts: list[str | Tree] = []
        at = 0
        for hole in _HOLE.finditer(template):
            pairs = _pairs(hole.group(2))
            self.scope.extend(pairs)
            parts += [template[at : hole.start()], self.of(hole.group(1), depth)]
            del self.scope[len(self.scope) - len(pairs) :]
            at = hole.end()
        return [*parts, template[at:]]


def _pairs(text: str | None) -> list[tuple[str, str]]:
    return [(n, k) for n, _, k in (p.partition(":") for p in (text or "").split(",") if p)]

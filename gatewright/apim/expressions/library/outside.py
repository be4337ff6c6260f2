"""Type names that .NET has and this library has not: forbidden ones, and ones not interpreted.

Source: https://learn.microsoft.com/azure/api-management/api-management-policy-expressions (2026-01-15),
".NET Framework types allowed in policy expressions".
"""

from __future__ import annotations

ALLOWED_ELSEWHERE = frozenset({"IEnumerator", "JConstructor", "TimeZone", "AdjustmentRule", "TransitionTime"})
"""API Management allows these; an expression that needs one is refused with EXP311."""

FORBIDDEN = frozenset(
    "File FileInfo FileStream Directory DirectoryInfo Path Stream MemoryStream StreamReader "
    "StreamWriter Process "
    "ProcessStartInfo Assembly Activator AppDomain Marshal Thread ThreadPool Task Parallel Timer "
    "Monitor Interlocked "
    "Socket TcpClient UdpClient HttpClient WebClient WebRequest HttpWebRequest Dns Console GC Registry Debug "
    "Stopwatch MethodInfo PropertyInfo Delegate Expression XmlDocument XmlReader XmlNode "
    "XmlNamespaceManager NameTable "
    "DataTable SqlConnection JsonSerializer JsonDocument JavaScriptSerializer Lazy WeakReference "
    "IntPtr UriBuilder HttpUtility HttpMethod HttpRequestMessage HttpResponseMessage SortedDictionary "
    "SortedList SortedSet LinkedList ConcurrentDictionary ConcurrentBag ConcurrentQueue ImmutableList "
    "Hashtable "
    "ArrayList NameValueCollection BigInteger Complex StringInfo TextInfo RegionInfo Calendar "
    "GregorianCalendar "
    "JsonTextReader JsonTextWriter JsonReader JsonWriter JsonSerializerSettings JsonMergeSettings "
    "JsonLoadSettings JsonSelectSettings XmlSerializer XmlWriter XmlReaderSettings XmlWriterSettings "
    "XPathNavigator "
    "XPathDocument XslCompiledTransform XStreamingElement SecureString ECDsa ECDiffieHellman DSA DES RC2 "
    "RSACryptoServiceProvider RSAParameters X509Store X509Chain X509Extension Rfc2898DeriveBytes "
    "ProtectedData "
    "BinaryReader BinaryWriter BufferedStream GZipStream DeflateStream TextReader Thread CancellationToken "
    "CancellationTokenSource Span Memory ArraySegment Buffer Version OperatingSystem ConsoleColor Ping "
    "NetworkInterface IPEndPoint IPHostEntry Cookie CookieContainer Lookup ReadOnlyCollection Collection "
    "ObservableCollection BitArray StructuralComparisons Comparer EqualityComparer DynamicObject "
    "ExpandoObject".split()
)
"""API Management does not allow these; an expression that names one is refused with EXP308."""

MEMBERS: dict[str, frozenset[str]] = {
    name: frozenset(members.split())
    for name, members in (
        ("Array", "AsReadOnly GetEnumerator Initialize IsSynchronized SyncRoot"),
        ("AsymmetricAlgorithm", "Create ExportPkcs8PrivateKey ExportSubjectPublicKeyInfo LegalKeySizes"),
        ("bool", "GetTypeCode"),
        ("byte", "GetTypeCode"),
        ("CaptureCollection", "CopyTo IsReadOnly"),
        ("char", "GetTypeCode GetUnicodeCategory"),
        ("Convert", "DBNull GetTypeCode ToBase64CharArray"),
        ("DateTime", "FromBinary FromFileTime FromOADate GetDateTimeFormats GetTypeCode ToBinary ToOADate"),
        ("decimal", "FromOACurrency GetTypeCode ToOACurrency"),
        ("Dictionary", "Comparer GetEnumerator"),
        ("double", "GetTypeCode"),
        (
            "Encoding",
            "DecoderFallback EncoderFallback GetDecoder GetEncoder GetEncodings IsAlwaysNormalized "
            "IsBrowserDisplay IsBrowserSave IsMailNewsDisplay IsMailNewsSave IsReadOnly RegisterProvider "
            "UTF7 WindowsCodePage",
        ),
        ("Enum", "GetUnderlyingType"),
        ("Exception", "Data GetObjectData TargetSite"),
        ("float", "GetTypeCode"),
        ("Group", "Synchronized"),
        ("GroupCollection", "CopyTo IsReadOnly"),
        ("HashSet", "Comparer CreateSetComparer GetEnumerator"),
        ("IEnumerable", "GetEnumerator"),
        ("int", "GetTypeCode"),
        ("IPAddress", "Address HostToNetworkOrder IsIPv6Teredo NetworkToHostOrder"),
        ("JContainer", "CreateWriter"),
        (
            "JsonConvert",
            "DefaultSettings DeserializeXNode DeserializeXmlNode PopulateObject SerializeXmlNode",
        ),
        (
            "JToken",
            "AddAnnotation Annotation Annotations CreateReader EqualityComparer Load ReadFrom "
            "RemoveAnnotations WriteTo",
        ),
        ("KeyValuePair", "Deconstruct"),
        ("List", "GetEnumerator"),
        ("long", "GetTypeCode"),
        ("Match", "Synchronized"),
        ("MatchCollection", "CopyTo IsReadOnly"),
        ("Oid", "FromFriendlyName FromOidValue"),
        ("PublicKey", "EncodedKeyValue EncodedParameters"),
        ("Queue", "GetEnumerator"),
        ("RandomNumberGenerator", "GetInt32"),
        ("Regex", "CacheSize CompileToAssembly"),
        (
            "RSA",
            "DecryptValue EncryptValue ExportParameters ExportRSAPrivateKey ExportRSAPublicKey "
            "ImportParameters",
        ),
        ("RSACertificateExtensions", "CopyWithPrivateKey"),
        ("RSAEncryptionPadding", "Mode"),
        ("RSASignaturePadding", "Mode"),
        ("sbyte", "GetTypeCode"),
        ("short", "GetTypeCode"),
        ("Stack", "GetEnumerator"),
        ("string", "Create GetEnumerator GetTypeCode"),
        ("StringBuilder", "Capacity"),
        ("StringWriter", "Encoding"),
        ("SymmetricAlgorithm", "FeedbackSize LegalBlockSizes LegalKeySizes"),
        ("TextReader", "Null Synchronized"),
        ("TextWriter", "Encoding Null Synchronized"),
        (
            "TimeZoneInfo",
            "ClearCachedData CreateCustomTimeZone DaylightName DisplayName FromSerializedString "
            "GetAdjustmentRules GetAmbiguousTimeOffsets GetSystemTimeZones HasSameRules StandardName "
            "SupportsDaylightSavingTime ToSerializedString",
        ),
        ("uint", "GetTypeCode"),
        ("ulong", "GetTypeCode"),
        ("Uri", "Compare GetComponents HexUnescape IsWellFormedOriginalString MakeRelative"),
        ("ushort", "GetTypeCode"),
        ("X500DistinguishedName", "Decode Format"),
        (
            "X509Certificate",
            "CreateFromCertFile CreateFromSignedFile GetKeyAlgorithmParameters "
            "GetKeyAlgorithmParametersString Handle Import",
        ),
        ("X509Certificate2", "Extensions GetCertContentType Import"),
        ("XContainer", "CreateWriter"),
        ("XmlExtensions", "CreateNavigator XPathEvaluate XPathSelectElement XPathSelectElements"),
        ("XNode", "CreateReader ReadFrom WriteTo"),
    )
}
"""Members that .NET has and this library has not; an expression that uses one is refused with EXP311."""

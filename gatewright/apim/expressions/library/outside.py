"""Type names that .NET has and this library has not: forbidden ones, and ones not interpreted.

Source: https://learn.microsoft.com/azure/api-management/api-management-policy-expressions (2026-01-15),
".NET Framework types allowed in policy expressions".
"""

from __future__ import annotations

ALLOWED_ELSEWHERE = frozenset({"AdjustmentRule", "TransitionTime"})
"""API Management allows these; an expression that needs one is refused with EXP311."""

FORBIDDEN = frozenset(
    "FormattableString File FileInfo FileStream Directory DirectoryInfo Path Stream MemoryStream "
    "StreamReader StreamWriter Process "
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
    "JsonTextReader JsonTextWriter JsonReader JsonWriter JsonSerializerSettings "
    "JsonLoadSettings JsonSelectSettings XmlSerializer XmlWriter XmlReaderSettings XmlWriterSettings "
    "XPathNavigator "
    "XPathDocument XslCompiledTransform XStreamingElement SecureString ECDsa ECDiffieHellman DSA DES RC2 "
    "RSACryptoServiceProvider RSAParameters X509Store X509Chain X509Extension Rfc2898DeriveBytes "
    "ProtectedData "
    "BinaryReader BinaryWriter BufferedStream GZipStream DeflateStream TextReader Thread CancellationToken "
    "CancellationTokenSource Span Memory ArraySegment Buffer Version OperatingSystem ConsoleColor Ping "
    "NetworkInterface IPEndPoint IPHostEntry Cookie CookieContainer Lookup Collection "
    "ObservableCollection BitArray StructuralComparisons Comparer EqualityComparer DynamicObject "
    "ExpandoObject".split()
)
"""API Management does not allow these; an expression that names one is refused with EXP308."""

MEMBERS: dict[str, frozenset[str]] = {
    name: frozenset(members.split())
    for name, members in (
        ("AsymmetricAlgorithm", "Create ExportPkcs8PrivateKey ExportSubjectPublicKeyInfo LegalKeySizes"),
        ("Delegate", "BeginInvoke Clone DynamicInvoke EndInvoke GetInvocationList Method Target"),
        (
            "Encoding",
            "DecoderFallback EncoderFallback GetDecoder GetEncoder GetEncodings IsAlwaysNormalized "
            "IsBrowserDisplay IsBrowserSave IsMailNewsDisplay IsMailNewsSave IsReadOnly RegisterProvider "
            "UTF7 WindowsCodePage",
        ),
        ("Exception", "GetObjectData TargetSite"),
        ("Group", "Synchronized"),
        ("HashSet", "CreateSetComparer"),
        ("IPAddress", "Address HostToNetworkOrder IsIPv6Teredo NetworkToHostOrder"),
        ("JContainer", "CreateWriter"),
        (
            "JsonConvert",
            "DefaultSettings DeserializeXmlNode PopulateObject SerializeXmlNode",
        ),
        (
            "JToken",
            "AddAnnotation Annotation Annotations CreateReader Load ReadFrom RemoveAnnotations WriteTo",
        ),
        ("List", "Capacity"),
        ("Match", "Synchronized"),
        ("Oid", "FromFriendlyName FromOidValue"),
        ("PublicKey", "EncodedKeyValue EncodedParameters"),
        ("RandomNumberGenerator", "GetInt32"),
        ("Regex", "CacheSize CompileToAssembly"),
        (
            "RSA",
            "DecryptValue EncryptValue ExportParameters ExportRSAPrivateKey ExportRSAPublicKey "
            "ImportParameters",
        ),
        ("RSACertificateExtensions", "CopyWithPrivateKey"),
        ("string", "Create"),
        ("SymmetricAlgorithm", "FeedbackSize LegalBlockSizes LegalKeySizes"),
        ("TextReader", "Null Synchronized"),
        ("TextWriter", "Encoding Null Synchronized"),
        ("TimeZoneInfo", "FromSerializedString GetAdjustmentRules HasSameRules ToSerializedString"),
        ("X500DistinguishedName", "Decode Format"),
        (
            "X509Certificate",
            "CreateFromCertFile CreateFromSignedFile GetKeyAlgorithmParameters "
            "GetKeyAlgorithmParametersString Handle Import",
        ),
        ("X509Certificate2", "Extensions GetCertContentType Import"),
        ("XContainer", "CreateWriter"),
        ("XmlException", "SourceUri"),
        (
            "XNode",
            "CreateNavigator CreateReader ReadFrom WriteTo XPathEvaluate XPathSelectElement "
            "XPathSelectElements",
        ),
    )
}
"""Members that .NET has and this library has not; an expression that uses one is refused with EXP311."""

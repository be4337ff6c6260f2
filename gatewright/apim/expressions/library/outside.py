"""Type names that .NET has and this library has not: forbidden ones, and ones not interpreted.

Source: https://learn.microsoft.com/azure/api-management/api-management-policy-expressions (2026-01-15),
".NET Framework types allowed in policy expressions".
"""

from __future__ import annotations

ALLOWED_ELSEWHERE = frozenset(
    "XDocumentType "
    ""
    "XNodeDocumentOrderComparer XNodeEqualityComparer "
    "X509Certificate X509Certificate2 X509ContentType X509NameType X500DistinguishedName PublicKey "
    "RSACertificateExtensions RSA RSAEncryptionPadding RSASignaturePadding SymmetricAlgorithm "
    "AsymmetricAlgorithm "
    "CipherMode PaddingMode Oid HashAlgorithmName RNGCryptoServiceProvider JConstructor IPAddress "
    "StringReader "
    "StringWriter TimeZone IEnumerator Nullable".split()
)
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
    "IntPtr".split()
)
"""API Management does not allow these; an expression that names one is refused with EXP308."""

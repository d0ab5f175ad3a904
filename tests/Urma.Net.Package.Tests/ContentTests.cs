using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Xml.Linq;

namespace Urma.Net.Package.Tests;

[Collection(PackageCollection.Name)]
public class ContentTests(PackageFixture package)
{
    private static readonly string[] Frameworks = ["net10.0", "net9.0"];

    // What the format itself consists of.
    private static readonly string[] Envelope = ["_rels/", "[Content_Types].xml", "package/services/"];

    [Fact]
    public void The_package_holds_assemblies_their_documentation_and_the_readme_and_nothing_else()
    {
        string[] expected =
        [
            "README.md",
            "Urma.Net.nuspec",
            .. Frameworks.SelectMany(f => new[] { $"lib/{f}/Urma.Net.dll", $"lib/{f}/Urma.Net.xml" }),
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), Entries(package.PackageFile));
    }

    [Fact]
    public void The_symbol_package_holds_the_symbols_of_every_assembly()
    {
        string[] expected = ["Urma.Net.nuspec", .. Frameworks.Select(f => $"lib/{f}/Urma.Net.pdb")];
        Assert.Equal(expected.Order(StringComparer.Ordinal), Entries(package.SymbolFile));
    }

    [Fact]
    public void The_manifest_says_what_a_gallery_needs_and_names_no_dependency()
    {
        XElement metadata = ReadXml("Urma.Net.nuspec").Descendants().First(e => e.Name.LocalName == "metadata");
        string Value(string name) => metadata.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value ?? string.Empty;

        Assert.Equal(("Urma.Net", package.Version), (Value("id"), Value("version")));
        Assert.Equal(("MIT", "README.md"), (Value("license"), Value("readme")));
        Assert.All(["authors", "description", "tags", "copyright"], name => Assert.NotEmpty(Value(name)));
        Assert.DoesNotContain(metadata.Descendants(), e => e.Name.LocalName == "dependency");
        Assert.Equal(
            Frameworks.Order(StringComparer.Ordinal),
            metadata.Descendants().Where(e => e.Name.LocalName == "group").Select(e => e.Attribute("targetFramework")!.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_documentation_covers_the_entry_points_with_text()
    {
        var members = ReadXml("lib/net10.0/Urma.Net.xml").Descendants("member").ToDictionary(m => m.Attribute("name")!.Value);
        Assert.All(
            ["T:Urma.Net.UrmaContext", "T:Urma.Net.Segment", "T:Urma.Net.Jetty", "T:Urma.Net.Jfc", "T:Urma.Net.UdmaChannel"],
            name => Assert.NotEmpty(members[name].Element("summary")!.Value.Trim()));
    }

    [Fact]
    public void Nothing_names_a_path_of_the_building_machine()
    {
        foreach ((string file, string entry) in Frameworks.SelectMany(f =>
            new[] { (package.PackageFile, $"lib/{f}/Urma.Net.dll"), (package.SymbolFile, $"lib/{f}/Urma.Net.pdb") }))
        {
            byte[] bytes = Read(file, entry);
            Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Repository.Root)));
            Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(package.Folder)));
        }
    }

    [Fact]
    public void The_symbols_carry_the_sources_and_belong_to_the_assemblies()
    {
        // The kind of custom debug information that holds a document's source text.
        var embeddedSource = new Guid("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
        foreach (string framework in Frameworks)
        {
            using var image = new PEReader(new MemoryStream(Read(package.PackageFile, $"lib/{framework}/Urma.Net.dll")));
            using var symbols = MetadataReaderProvider.FromPortablePdbStream(
                new MemoryStream(Read(package.SymbolFile, $"lib/{framework}/Urma.Net.pdb")));
            MetadataReader reader = symbols.GetMetadataReader();

            CodeViewDebugDirectoryData link = image.ReadCodeViewDebugDirectoryData(
                image.ReadDebugDirectory().Single(d => d.Type == DebugDirectoryEntryType.CodeView));
            Assert.Equal(link.Guid, new Guid(reader.DebugMetadataHeader!.Id.AsSpan()[..16]));

            // The compiler may leave tiny generated files out; what we wrote must all be there.
            Document[] without = [.. reader.Documents
                .Where(d => !reader.GetCustomDebugInformation(d).Any(i => reader.GetGuid(reader.GetCustomDebugInformation(i).Kind) == embeddedSource))
                .Select(reader.GetDocument)];
            Assert.DoesNotContain(without, d => reader.GetString(d.Name).Contains("/src/", StringComparison.Ordinal));
            Assert.NotEmpty(reader.Documents);
        }
    }

    private static string[] Entries(string file)
    {
        using ZipArchive archive = ZipFile.OpenRead(file);
        return [.. archive.Entries.Select(e => e.FullName)
            .Where(name => !Envelope.Any(part => name.StartsWith(part, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)];
    }

    private XDocument ReadXml(string entry) => XDocument.Load(new MemoryStream(Read(package.PackageFile, entry)));

    private static byte[] Read(string file, string entry)
    {
        using ZipArchive archive = ZipFile.OpenRead(file);
        using Stream stream = (archive.GetEntry(entry) ?? throw new FileNotFoundException(entry)).Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}

using System.Text;

namespace Urma.Net.Verbs.Control;

/// <summary>A name of a realm.</summary>
/// <param name="Realm">Which names; up to 255 bytes of UTF-8.</param>
/// <param name="Name">1 to 64 letters, digits, '.', '-', '_'.</param>
internal readonly record struct QualifiedName(string Realm, string Name) : IControlRecord<QualifiedName>
{
    /// <summary>The longest published value in bytes.</summary>
    public const int LongestValue = 32 * 1024;

    private const int LongestName = 64;
    private const int LongestRealm = 255;

    /// <summary>Refuses what is no name.</summary>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.InvalidArgument"/>.</exception>
    public void ThrowIfInvalid()
    {
        if (!IsValid(Name))
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"'{Name}' is not a name: it has 1 to {LongestName} of the characters a-z, A-Z, 0-9, '.', '-', '_'.");
        }
    }

    public void Write(ref RecordWriter writer)
    {
        writer.Bytes(Encoding.UTF8.GetBytes(Realm));
        writer.Bytes(Encoding.UTF8.GetBytes(Name));
    }

    public static QualifiedName Read(ref RecordReader reader)
    {
        string realm = Encoding.UTF8.GetString(reader.Bytes(LongestRealm));
        string name = Encoding.UTF8.GetString(reader.Bytes(LongestName));
        reader.Require(IsValid(name));
        return new QualifiedName(realm, name);
    }

    private static bool IsValid(string name)
    {
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_'))
            {
                return false;
            }
        }

        return name.Length is >= 1 and <= LongestName;
    }
}

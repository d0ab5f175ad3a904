using System.Globalization;

namespace Urma.Net.Loopback.Tests.Processes;

/// <summary>One line a peer answered: <c>ok key=value …</c> or <c>error …</c>.</summary>
internal sealed class PeerReply
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public PeerReply(string line)
    {
        Line = line;
        IsOk = line == "ok" || line.StartsWith("ok ", StringComparison.Ordinal);
        foreach (string word in line.Split(' '))
        {
            int separator = word.IndexOf('=', StringComparison.Ordinal);
            if (separator > 0)
            {
                _values[word[..separator]] = word[(separator + 1)..];
            }
        }
    }

    public string Line { get; }

    public bool IsOk { get; }

    public string this[string key] => _values.TryGetValue(key, out string? value) ? value : throw new KeyNotFoundException($"No {key} in '{Line}'.");

    public long Number(string key) => long.Parse(this[key], CultureInfo.InvariantCulture);

    public Token Token(string key = "token") => new(uint.Parse(this[key], CultureInfo.InvariantCulture));

    public SegmentDescriptor Segment(string key = "descriptor") => SegmentDescriptor.Read(Convert.FromHexString(this[key]));

    public JettyDescriptor Jetty(string key = "descriptor") => JettyDescriptor.Read(Convert.FromHexString(this[key]));
}

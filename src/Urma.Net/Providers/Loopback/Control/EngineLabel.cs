using System.Text;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>How an engine is called in messages at its peers.</summary>
internal static class EngineLabel
{
    /// <summary>The label asked for, or the program's name.</summary>
    /// <exception cref="UrmaException">The label asked for is too long.</exception>
    internal static string Of(UrmaContextOptions options)
    {
        if (options.Label is { } label)
        {
            int bytes = Encoding.UTF8.GetByteCount(label);
            return bytes <= Hello.MaximumLabelBytes
                ? label
                : throw new UrmaException(
                    UrmaStatus.InvalidArgument,
                    $"The label '{label}' is {bytes} bytes long in UTF-8; the most is {Hello.MaximumLabelBytes}.");
        }

        string program = Path.GetFileName(Environment.ProcessPath) ?? "engine";
        byte[] room = new byte[Hello.MaximumLabelBytes];
        Encoding.UTF8.GetEncoder().Convert(program, room, flush: true, out _, out int used, out _);
        return Encoding.UTF8.GetString(room, 0, used);
    }
}

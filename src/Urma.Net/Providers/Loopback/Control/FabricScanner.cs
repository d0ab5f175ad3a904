using System.Globalization;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>Finds out who is on a fabric, without being on it.</summary>
internal static class FabricScanner
{
    // __SO_ACCEPTCON: connections inherit the listener's name and are told from it by this flag.
    private const long Listening = 0x10000;

    /// <summary>The names of all fabrics in this network namespace on which something lives; directories cannot be found.</summary>
    internal static IReadOnlyList<string> Fabrics() =>
    [
        .. AbstractNames(LoopbackFabric.AbstractRoot)
            .Select(name => name[LoopbackFabric.AbstractRoot.Length..].Split('/')[0])
            .Where(name => LoopbackFabric.IsWord(name, LoopbackFabric.MaximumNameLength))
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];

    /// <inheritdoc cref="LoopbackFabric.Enumerate"/>
    internal static FabricListing Scan(LoopbackFabric fabric, TimeSpan timeout, Func<int, (UrmaStatistics Statistics, string? Fabric)>? read)
    {
        List<FabricEngine> engines = [];
        List<FabricName> names = [];
        foreach (string entry in (fabric.IsPath ? PathEntries(fabric) : AbstractEntries(fabric)).Distinct())
        {
            if (TryParseEngine(entry, out uint uasid))
            {
                if (Ask(fabric.EngineName(uasid), uasid, timeout, read) is { } engine)
                {
                    engines.Add(engine);
                }
            }
            else if (entry.StartsWith(LoopbackFabric.AbstractPublished, StringComparison.Ordinal)
                && LoopbackFabric.IsWord(entry[LoopbackFabric.AbstractPublished.Length..], LoopbackFabric.MaximumPublishedLength))
            {
                string name = entry[LoopbackFabric.AbstractPublished.Length..];
                if (PublisherOf(fabric.NameOf(name)) is { } publisher)
                {
                    names.Add(new FabricName(name, publisher));
                }
            }
        }

        return new FabricListing(
            [.. engines.OrderBy(engine => engine.Uasid)],
            [.. names.OrderBy(name => name.Name, StringComparer.Ordinal)]);
    }

    private static bool TryParseEngine(string entry, out uint uasid)
    {
        uasid = 0;
        return entry.Length == 6
            && uint.TryParse(entry, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uasid)
            && uasid != 0;
    }

    private static IEnumerable<string> AbstractEntries(LoopbackFabric fabric) =>
        AbstractNames(fabric.Prefix).Select(name => name[fabric.Prefix.Length..]);

    // Both forms in the one notation of abstract names.
    private static IEnumerable<string> PathEntries(LoopbackFabric fabric)
    {
        string[] files;
        try
        {
            files = Directory.GetFiles(fabric.Name, "*" + LoopbackFabric.PathSuffix);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UrmaException(UrmaStatus.Failed, $"Cannot list the directory of '{fabric}': {error.Message}", 0, error);
        }

        foreach (string file in files)
        {
            string entry = Path.GetFileNameWithoutExtension(file);
            if (entry.StartsWith(LoopbackFabric.PathEngine, StringComparison.Ordinal))
            {
                yield return entry[LoopbackFabric.PathEngine.Length..];
            }
            else if (entry.StartsWith(LoopbackFabric.PathPublished, StringComparison.Ordinal))
            {
                yield return LoopbackFabric.AbstractPublished + entry[LoopbackFabric.PathPublished.Length..];
            }
        }
    }

    // Columns: Num RefCount Protocol Flags Type St Inode Path.
    private static IEnumerable<string> AbstractNames(string prefix)
    {
        foreach (string line in SmallFile.ReadLines("/proc/net/unix"))
        {
            string[] columns = line.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length == 8
                && columns[7].StartsWith(prefix, StringComparison.Ordinal)
                && long.TryParse(columns[3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long flags)
                && (flags & Listening) != 0)
            {
                yield return columns[7];
            }
        }
    }

    private static FabricEngine? Ask(UnixName name, uint uasid, TimeSpan timeout, Func<int, (UrmaStatistics Statistics, string? Fabric)>? read)
    {
        int process = 0;
        try
        {
            using UnixChannel? channel = UnixChannel.TryConnect(name, timeout);
            if (channel is null)
            {
                return null;
            }

            process = channel.Peer.Pid;
            channel.Peer.EnsureSameUser();
            byte[] buffer = new byte[UnixChannel.MaximumFrame];
            ControlFrame.WriteHeader(buffer, (uint)ControlMessage.Info, 1, 0);
            channel.Send(buffer.AsSpan(0, ControlFrame.HeaderSize), [], timeout);
            int[] descriptors = new int[1];
            if (!channel.Receive(buffer, descriptors, out int length, out int count, timeout))
            {
                return null;
            }

            return Understand(uasid, process, buffer.AsSpan(0, length), descriptors.AsSpan(0, count), read);
        }
        catch (UrmaException error)
        {
            return new FabricEngine(uasid, process, null, error.Message);
        }
    }

    private static FabricEngine Understand(
        uint uasid, int process, ReadOnlySpan<byte> frame, Span<int> descriptors, Func<int, (UrmaStatistics Statistics, string? Fabric)>? read)
    {
        try
        {
            if (!ControlFrame.TryReadHeader(frame, out uint type, out _, out _)
                || type != ((uint)ControlMessage.Info | ControlFrame.ReplyBit))
            {
                return new FabricEngine(uasid, process, null, "it answered something else than asked");
            }

            string label = Hello.Parse(frame[ControlFrame.HeaderSize..]).Label;
            try
            {
                (UrmaStatistics Statistics, string? Fabric)? page = read?.Invoke(new ControlRequest(ControlMessage.Info, [], descriptors).TakeFd(0));
                return new FabricEngine(uasid, process, label, null, page?.Statistics, page?.Fabric);
            }
            catch (UrmaException error)
            {
                return new FabricEngine(uasid, process, label, $"its counters cannot be read: {error.Message}");
            }
        }
        finally
        {
            ControlRequest.CloseAll(descriptors);
        }
    }

    private static int? PublisherOf(UnixName name)
    {
        try
        {
            using UnixChannel? channel = UnixChannel.TryConnect(name, TimeSpan.Zero);
            return channel?.Peer.Pid;
        }
        catch (UrmaException)
        {
            // Its queue is full: it lives, but which process it is cannot be asked.
            return 0;
        }
    }
}

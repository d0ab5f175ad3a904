using System.Globalization;
using System.Text;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>
/// The engines of one host that can reach each other: those that use the same name in one network namespace, or the same
/// directory. Immutable.
/// </summary>
internal sealed class LoopbackFabric
{
    /// <summary>The name where none is given.</summary>
    internal const string DefaultName = "fabric";

    /// <summary>The longest fabric name; leaves room for published names within a socket address.</summary>
    internal const int MaximumNameLength = 32;

    /// <summary>The longest published name.</summary>
    internal const int MaximumPublishedLength = 64;

    /// <summary>What abstract names begin with.</summary>
    internal const string AbstractRoot = "@urma/";

    internal const string PathEngine = "engine-";
    internal const string PathPublished = "name-";
    internal const string PathSuffix = ".sock";
    internal const string AbstractPublished = "name/";

    private const ulong DeviceMask = 0xff;

    private LoopbackFabric(string name, string identity)
    {
        Name = name;
        Eid = ToEid(identity);
    }

    /// <summary>The name, or the directory's absolute path.</summary>
    internal string Name { get; }

    /// <summary>Whether engines meet in a directory rather than in a network namespace.</summary>
    internal bool IsPath => Name[0] == '/';

    /// <summary>The EID of the fabric's first device, which most engines open, within <c>fd75::/16</c>; the same until the host boots again.</summary>
    internal Eid Eid { get; }

    /// <summary>The EID of one of its devices: they differ in the last byte and reach each other.</summary>
    /// <param name="number">0 to 255.</param>
    internal Eid EidOf(byte number) => new(Eid.High, Eid.Low | number);

    /// <summary>Whether an EID is one of its devices'.</summary>
    internal bool Contains(Eid eid) => eid.High == Eid.High && (eid.Low & ~DeviceMask) == Eid.Low;

    /// <summary>The common part of all socket names; for a directory, its path with a slash.</summary>
    internal string Prefix => IsPath ? Name + "/" : AbstractRoot + Name + "/";

    /// <summary>Reads the part of a connection string behind <c>loopback://</c>.</summary>
    /// <param name="deviceName">A name, an existing directory's absolute path, or empty for <see cref="DefaultName"/>.</param>
    /// <exception cref="UrmaException">It is neither; the message says what is allowed.</exception>
    internal static LoopbackFabric Parse(string deviceName)
    {
        ArgumentNullException.ThrowIfNull(deviceName);
        if (deviceName.StartsWith('/'))
        {
            string path = deviceName.TrimEnd('/');
            return new LoopbackFabric(path, $"directory {IdentityOf(path)} on {HostIdentity}");
        }

        string name = deviceName.Length == 0 ? DefaultName : deviceName;
        if (!IsWord(name, MaximumNameLength))
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"'{name}' cannot name a fabric: use 1 to {MaximumNameLength} letters, digits, '.', '-', '_', or the "
                    + "absolute path of a directory (loopback:///run/user/1000/fabric).");
        }

        return new LoopbackFabric(name, $"name {name} in {NamespaceIdentity()} on {HostIdentity}");
    }

    /// <summary>Where an engine listens.</summary>
    internal UnixName EngineName(uint uasid)
    {
        string number = uasid.ToString("x6", CultureInfo.InvariantCulture);
        return UnixName.Parse(IsPath ? $"{Prefix}{PathEngine}{number}{PathSuffix}" : Prefix + number);
    }

    /// <summary>Where the publisher of a name listens.</summary>
    /// <exception cref="UrmaException">The name has a form that names cannot have.</exception>
    internal UnixName NameOf(string published)
    {
        if (!IsWord(published, MaximumPublishedLength))
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"'{published}' cannot be published: a name is 1 to {MaximumPublishedLength} letters, digits, '.', '-', '_'.");
        }

        return UnixName.Parse(
            IsPath ? $"{Prefix}{PathPublished}{published}{PathSuffix}" : Prefix + AbstractPublished + published);
    }

    /// <summary>The living engines and published names, asked one by one.</summary>
    /// <param name="timeout">How long to wait for each; one that is stopped is listed without its label.</param>
    /// <param name="read">Reads the statistics from an engine's context page, taking the descriptor over; without it none are read.</param>
    internal FabricListing Enumerate(TimeSpan timeout, Func<int, (UrmaStatistics Statistics, string? Fabric)>? read = null) => FabricScanner.Scan(this, timeout, read);

    /// <inheritdoc/>
    public override string ToString() => $"loopback://{Name}";

    internal static bool IsWord(string text, int maximumLength) =>
        text.Length > 0
        && text.Length <= maximumLength
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    private static Eid ToEid(string identity)
    {
        // Names tell fabrics apart; nobody's safety hangs on them.
        byte[] text = Encoding.UTF8.GetBytes(identity);
        return new Eid((0xfd75UL << 48) | (Hash(text, 0xcbf29ce484222325) >> 16), Hash(text, 0x9e3779b97f4a7c15) & ~DeviceMask);
    }

    // FNV-1a, and a last step that spreads the ends of similar names over all bits.
    private static ulong Hash(byte[] text, ulong hash)
    {
        foreach (byte letter in text)
        {
            hash = (hash ^ letter) * 0x100000001b3;
        }

        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        return hash ^ (hash >> 33);
    }

    // Everything that can meet shares a kernel. Containers on it may each have a machine-id and a host name of their own,
    // and images copied to many hosts may share one; the boot id has neither flaw.
    private static readonly string HostIdentity =
        SmallFile.ReadLines("/proc/sys/kernel/random/boot_id") is [{ Length: > 0 } boot, ..] ? boot : Environment.MachineName;

    private static string NamespaceIdentity()
    {
        try
        {
            return File.ResolveLinkTarget("/proc/self/ns/net", returnFinalTarget: false)?.Name ?? string.Empty;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    // Device and inode rather than the path: two containers may have mounted one directory at different places.
    private static unsafe string IdentityOf(string path)
    {
        Statx status;
        fixed (byte* text = Encoding.UTF8.GetBytes(path + "/\0"))
        {
            const uint wanted = Libc.STATX_TYPE | Libc.STATX_INO;
            if (Libc.Statx(Libc.AT_FDCWD, text, 0, wanted, &status) != 0)
            {
                LinuxError.ThrowLast($"use '{path}' as a fabric", "It must be an existing directory that this user may write to: create it first.");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{status.stx_dev_major}:{status.stx_dev_minor}:{status.stx_ino}");
    }
}

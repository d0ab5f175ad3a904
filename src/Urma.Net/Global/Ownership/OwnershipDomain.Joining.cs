using System.Diagnostics;
using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <content>Creating and joining.</content>
public sealed unsafe partial class OwnershipDomain
{
    private const int LongestName = 48;
    private const string Published = "ownership.";

    // How long a place may be taken without a member in it: whoever took it has died on the way.
    private static readonly TimeSpan ClaimTime = TimeSpan.FromSeconds(2);

    private OwnershipDomain(UrmaContext context, string name, Token token, OwnershipMemory memory, OwnershipDirectory directory, TimeSpan timeout, bool isCreator)
    {
        _context = context;
        _memory = memory;
        _directory = directory;
        _timeout = timeout;
        _shift = System.Numerics.BitOperations.TrailingZeroCount(directory.Layout.GranuleSize);
        GranuleSize = directory.Layout.GranuleSize;
        Capacity = directory.Layout.Capacity;
        Enforcement = directory.Layout.Enforcement;
        Name = name;
        Token = token;
        IsCreator = isCreator;
        RefusesSpans = memory.Link is { AllowsUndelayedViews: false };
        _members = new OwnershipMembers(context, directory, memory.Presence);
        try
        {
            _self = Claim(TimeLimit.After(timeout), out uint identity);
            _rounds = new OwnershipRounds(context.Statistics, memory.Link, directory, _members, _self, identity);
            Enter();
        }
        catch
        {
            _rounds?.Guard?.Dispose();
            _rounds?.Abandon();
            _members.Dispose();
            throw;
        }

        context.PeerLost += OnPeerLost;
        context.Services.Add(this);
        Diagnostics.OwnershipTotals.Add(this);
    }

    /// <summary>Creates a domain and becomes its first member. It ends when this process ends or disposes it.</summary>
    /// <param name="context">
    /// An open context. Where its provider does not map memory, this process does for the others what they ask by messages; see <see cref="Invitation"/>.
    /// </param>
    /// <param name="name">1 to 48 letters, digits, '.', '-', '_'.</param>
    /// <param name="options">How; <see cref="OwnershipDomainOptions.Default"/> when null.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <exception cref="UrmaException">The name is taken, or there is not enough memory.</exception>
    public static OwnershipDomain Create(UrmaContext context, string name, OwnershipDomainOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        CheckName(name, LongestName);
        options ??= OwnershipDomainOptions.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Timeout, TimeSpan.Zero);
        DirectoryLayout layout = DirectoryLayout.From(options);
        bool isMapped = context.Capabilities.SupportsMapping;
        if (!isMapped && layout.Enforcement != OwnershipEnforcement.Checked)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"The provider '{context.Device.Provider.Name}' maps no peer's memory, so there are no pages to protect: use OwnershipEnforcement.Checked.");
        }

        Token token = options.Token ?? Token.Random();
        var memory = new OwnershipMemory(context);
        try
        {
            var directory = new OwnershipDirectory(memory.Allocate(context, layout, token), layout);
            directory.Initialize(memory.DataSegment);
            var domain = new OwnershipDomain(context, name, token, memory, directory, options.Timeout, isCreator: true);
            try
            {
                if (isMapped)
                {
                    domain._published = context.Publish(Published + name, memory.DirectorySegment.Descriptor.ToArray());
                }
                else
                {
                    string? published = context.Capabilities.SupportsRendezvous ? Published + name : null;
                    domain._host = new OwnershipHost(context, published, domain, memory.DataSegment, domain.StandIn);
                }
            }
            catch
            {
                domain.Dispose();
                throw;
            }

            return domain;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>Joins a domain, waiting until somebody creates it.</summary>
    /// <param name="context">An open context on the same fabric as the creator's.</param>
    /// <param name="name">The domain's name.</param>
    /// <param name="token">Its secret.</param>
    /// <param name="timeout">The longest wait for its creation, and this member's timeout for changes.</param>
    /// <exception cref="UrmaException">Nobody created it in time, the token does not match, it is full, of another version, or damaged.</exception>
    public static OwnershipDomain Join(UrmaContext context, string name, Token token, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(context);
        CheckName(name, LongestName);
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        byte[] found = context.Lookup(Published + name, timeout);
        if (!context.Capabilities.SupportsMapping)
        {
            return Join(context, found, token, timeout);
        }

        SegmentDescriptor descriptor = SegmentDescriptor.Read(found);
        var memory = new OwnershipMemory(context);
        try
        {
            byte* start = memory.ImportDirectory(context, descriptor, token);
            if (descriptor.Length < DirectoryLayout.MembersOffset)
            {
                throw new UrmaException(UrmaStatus.InvalidArgument, $"'{name}' is no ownership domain: its directory has {descriptor.Length} bytes.");
            }

            DirectoryLayout layout = DirectoryLayout.Read(new ReadOnlySpan<byte>(start, DirectoryLayout.OrderOffset), descriptor.Length);
            var directory = new OwnershipDirectory(start, layout);
            SegmentDescriptor data = directory.ReadData(out Token dataToken);
            if (data.Length != layout.Capacity)
            {
                throw new UrmaException(UrmaStatus.InvalidArgument, $"The directory of '{name}' is damaged: {data.Length} bytes of data where {layout.Capacity} are due.");
            }

            memory.ImportData(context, data, dataToken);
            return new OwnershipDomain(context, name, token, memory, directory, timeout, isCreator: false);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>Joins a domain whose creator's memory cannot be mapped, by its invitation.</summary>
    /// <param name="context">An open context on the same fabric as the creator's.</param>
    /// <param name="invitation">What <see cref="Invitation"/> was at the creator.</param>
    /// <param name="token">The domain's secret.</param>
    /// <param name="timeout">The longest wait to be taken in, and this member's timeout for changes.</param>
    /// <exception cref="UrmaException">The creator does not answer in time, the token does not match, or the domain is full or of another version.</exception>
    public static OwnershipDomain Join(UrmaContext context, ReadOnlySpan<byte> invitation, Token token, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        if (context.Capabilities.SupportsMapping)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, "Domains of a provider that maps memory are joined by their names.");
        }

        return new OwnershipDomain(context, new OwnershipClient(context, invitation, token, timeout), token, timeout);
    }

    // Whoever is replaced here has left traces, which are cleared away inside the order before anything is done (Enter).
    private int Claim(long deadline, out uint identity)
    {
        Span<uint> seen = stackalloc uint[DirectoryLayout.MaxMembers];
        for (int i = 0; i < seen.Length; i++)
        {
            seen[i] = Volatile.Read(ref _directory.Member(i).Identity);
        }

        long begin = Stopwatch.GetTimestamp();
        while (true)
        {
            bool mayReplace = Stopwatch.GetElapsedTime(begin) > ClaimTime;
            for (int i = 0; i < DirectoryLayout.MaxMembers; i++)
            {
                MemberRecord record = _directory.Member(i);
                uint now = Volatile.Read(ref record.Identity);
                bool isTaken = MemberRecord.IsJoined(now) ? !_members.IsGone(i, now) : MemberRecord.IsJoining(now) && !(mayReplace && now == seen[i]);
                if (!isTaken && record.TryClaim(now, out uint claimed) && record.TryJoin(claimed, _memory.Card, _memory.ProcessId, out identity))
                {
                    return i;
                }
            }

            if (TimeLimit.HasPassed(deadline) || !_directory.IsAlive)
            {
                ThrowIfLost();
                throw new UrmaException(UrmaStatus.OutOfMemory, $"Domain '{Name}' is full: it has {DirectoryLayout.MaxMembers} members.");
            }

            // Those that died while nobody was there who noticed.
            _members.Suspect(_directory.JoinedMembers);
            Thread.Sleep(10);
        }
    }

    private void Enter()
    {
        if (!_rounds.Order.TryEnter(TimeLimit.After(_timeout), CancellationToken.None, out int holder))
        {
            ThrowIfLost();
            throw Timeout("join", holder < 0 ? 0 : 1ul << holder, _timeout);
        }

        // Whoever had this place before may have left something that names it.
        _rounds.Scrub(_self);
        _rounds.Order.Exit();
        ThrowIfLost();
        if (Enforcement == OwnershipEnforcement.PageProtection)
        {
            _rounds.Guard = new PageGuard(_directory, _memory.Data, _self);
        }
    }

    // Members that die idle are cleared away too, by those who were connected to them; the creator always was.
    private void OnPeerLost(object? sender, PeerLostEventArgs args) => _members.Later(() =>
    {
        ulong gone = 0;
        for (int i = 0; i < DirectoryLayout.MaxMembers; i++)
        {
            gone |= i != _self && _members.Identify(i).Uasid == args.Uasid && _members.Look(i) ? 1ul << i : 0;
        }

        if (gone != 0)
        {
            _ = _rounds.TryReclaim(gone, TimeLimit.After(_timeout), CancellationToken.None);
        }
    });

    private static void CheckName(string name, int longest = 64)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > longest || name.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            throw new ArgumentException($"'{name}' is no name here: 1 to {longest} letters, digits, '.', '-', '_'.", nameof(name));
        }
    }

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");
}

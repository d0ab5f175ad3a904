using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <summary>A peer's jetty or JFR that the device can reach.</summary>
internal sealed unsafe class UbTargetJetty : TargetJetty
{
    private readonly UbContext _context;
    private readonly Token _secret;
    private int _disposed;

    private UbTargetJetty(UbContext context, JettyDescriptor descriptor, Token secret, urma_target_jetty_t* native)
        : base(context, descriptor, context.Targets.Add((nint)native, 0, 0, "imported jetties"))
    {
        _context = context;
        _secret = secret;
        Native = native;
    }

    public urma_target_jetty_t* Native { get; }

    /// <inheritdoc/>
    /// <remarks>The device tells with each operation.</remarks>
    public override string? Fault => null;

    public static UbTargetJetty Import(UbContext context, JettyDescriptor descriptor, Token token, UbGroupPolicy? group = null)
    {
        urma_target_jetty_t* native = Import(context, descriptor, token, TransportMode.ReliableMessage, group);
        try
        {
            return new UbTargetJetty(context, descriptor, token, native);
        }
        catch
        {
            Unimport(native, descriptor.JettyId != 0);
            throw;
        }
    }

    /// <summary>Imports it once more, for a connection.</summary>
    public urma_target_jetty_t* ImportForConnection() => Import(_context, Descriptor, _secret, TransportMode.ReliableConnection);

    public static void Unimport(urma_target_jetty_t* native, bool isJetty) =>
        _ = isJetty ? Liburma.urma_unimport_jetty(native) : Liburma.urma_unimport_jfr(native);

    private protected override void DisposeCore()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _context.Objects.Drop(this);
        _context.Remove(this);
        _context.Targets.Retire(Token);
        _context.Objects.WhenUnused(() =>
        {
            _context.Targets.Reuse(Token);
            Unimport(Native, Descriptor.JettyId != 0);
        });
    }

    private static urma_target_jetty_t* Import(UbContext context, JettyDescriptor descriptor, Token token, TransportMode mode, UbGroupPolicy? group = null)
    {
        urma_token_t secret = new() { token = token.Value };
        Marshal.SetLastSystemError(0);
        urma_target_jetty_t* native = descriptor.JettyId != 0
            ? ImportJetty(context, descriptor, &secret, mode, group)
            : ImportJfr(context, descriptor, &secret, mode);
        int error = Marshal.GetLastSystemError();
        return native != null
            ? native
            : throw UbError.FromErrno(error, $"import jetty {descriptor.JettyId} (JFR {descriptor.JfrId}) of engine {descriptor.Eid}:0x{descriptor.Uasid:x6}");
    }

    private static urma_target_jetty_t* ImportJetty(UbContext context, JettyDescriptor descriptor, urma_token_t* secret, TransportMode mode, UbGroupPolicy? group)
    {
        var remote = default(urma_rjetty_t);
        NativeEid.Write(descriptor.Eid, &remote.jetty_id.eid);
        remote.jetty_id.uasid = descriptor.Uasid;
        remote.jetty_id.id = descriptor.JettyId;
        remote.trans_mode = (urma_transport_mode_t)mode;
        remote.type = group is null ? urma_target_type_t.URMA_JETTY : urma_target_type_t.URMA_JETTY_GROUP;
        remote.policy = (urma_jetty_grp_policy_t)(group ?? UbGroupPolicy.RoundRobin);
        remote.flag.bs.token_policy = Liburma.URMA_TOKEN_PLAIN_TEXT;
        remote.tp_type = (urma_tp_type_t)context.UbOptions.Path;
        return Liburma.urma_import_jetty(context.Native, &remote, secret);
    }

    private static urma_target_jetty_t* ImportJfr(UbContext context, JettyDescriptor descriptor, urma_token_t* secret, TransportMode mode)
    {
        var remote = default(urma_rjfr_t);
        NativeEid.Write(descriptor.Eid, &remote.jfr_id.eid);
        remote.jfr_id.uasid = descriptor.Uasid;
        remote.jfr_id.id = descriptor.JfrId;
        remote.trans_mode = (urma_transport_mode_t)mode;
        remote.flag.bs.token_policy = Liburma.URMA_TOKEN_PLAIN_TEXT;
        remote.tp_type = (urma_tp_type_t)context.UbOptions.Path;
        return Liburma.urma_import_jfr(context.Native, &remote, secret);
    }
}

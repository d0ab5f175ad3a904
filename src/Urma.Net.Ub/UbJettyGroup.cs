using System.Runtime.InteropServices;
using System.Text;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <summary>Several jetties behind one target: each message goes to one of them, by turns or by a hint (<c>urma_jetty_grp_t</c>).</summary>
/// <remarks>Thread-safe. Make jetties with <see cref="UbContext.CreateJetty(JettyOptions, UbJettyGroup?)"/>; dispose them before the group.</remarks>
public sealed unsafe class UbJettyGroup : IDisposable
{
    private const int NameRoom = 64;
    private readonly UbContext _context;
    private int _disposed;

    internal UbJettyGroup(UbContext context, string name, UbGroupPolicy policy, Token? token)
    {
        _context = context;
        Token = token ?? Urma.Net.Token.Random();
        var config = default(urma_jetty_grp_cfg_t);
        byte[] text = Encoding.UTF8.GetBytes(name);
        if (text.Length is 0 or >= NameRoom)
        {
            throw new ArgumentException($"A group's name has 1 to {NameRoom - 1} bytes of UTF-8, not {text.Length}.", nameof(name));
        }

        text.CopyTo(new Span<byte>(&config.name, NameRoom));
        config.flag.bs.token_policy = Liburma.URMA_TOKEN_PLAIN_TEXT;
        config.token_value.token = Token.Value;
        config.policy = (urma_jetty_grp_policy_t)policy;
        Marshal.SetLastSystemError(0);
        Native = Liburma.urma_create_jetty_grp(context.Native, &config);
        int error = Marshal.GetLastSystemError();
        if (Native == null)
        {
            throw UbError.FromErrno(error, $"create the jetty group '{name}'");
        }

        Policy = policy;
        Id = Native->jetty_grp_id.id;
    }

    /// <summary>Its number within the engine.</summary>
    public uint Id { get; }

    /// <summary>How a jetty is picked.</summary>
    public UbGroupPolicy Policy { get; }

    /// <summary>The secret a sender must show.</summary>
    public Token Token { get; }

    /// <summary>What to give to peers, beside the token, for <see cref="UbContext.ImportJettyGroup"/>.</summary>
    public JettyDescriptor Descriptor => new(_context.Eid, _context.Uasid, Id, 0);

    internal urma_jetty_grp_t* Native { get; }

    /// <summary>Ends the group.</summary>
    /// <exception cref="UrmaException">A jetty still belongs to it.</exception>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        int status = (int)Liburma.urma_delete_jetty_grp(Native);
        if (status != 0)
        {
            Volatile.Write(ref _disposed, 0);
            UbError.Check(status, $"delete jetty group {Id}: are all its jetties disposed?");
        }

        _context.Objects.Drop(this);
    }
}

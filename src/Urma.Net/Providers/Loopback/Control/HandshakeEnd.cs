namespace Urma.Net.Providers.Loopback.Control;

/// <summary>Ends handshakes that lead to no peer. Fabric thread only.</summary>
internal sealed class HandshakeEnd(PeerTable table, IControlHandler handler)
{
    /// <summary>Names the other end of a connection we made.</summary>
    internal static string Describe(PeerLink link)
    {
        uint uasid = link.Handshake?.Attempt?.Uasid ?? 0;
        return LoopbackPeer.Describe(null, link.ProcessId, uasid);
    }

    /// <summary>Tells the other end why, and closes. The reason is put as words about it ("it said …", "its page …").</summary>
    internal void Refuse(PeerLink link, UrmaStatus status, string reason)
    {
        string process = $"process {link.ProcessId}";
        try
        {
            link.Send(ControlFrame.WithText((uint)ControlMessage.Refusal, 0, status, reason), []);
        }
        catch (UrmaException)
        {
            // It will learn from the closed connection.
        }

        if (link.IsOutgoing)
        {
            Fail(link, status, $"Cannot use {Describe(link)}: {reason.TrimEnd('.')}", status == UrmaStatus.TryAgain);
        }
        else
        {
            link.Close();
        }

        handler.OnRefused($"A connection with {process} is refused: {reason}");
    }

    /// <summary>Closes, and ends the attempt the connection was made for.</summary>
    internal void Fail(PeerLink link, UrmaStatus status, string error, bool isTransient, bool provesAbsence = false)
    {
        ConnectAttempt? attempt = link.Handshake?.Attempt;
        link.Close();
        if (attempt is not null)
        {
            table.Fail(attempt, status, error, isTransient, provesAbsence);
        }
    }
}

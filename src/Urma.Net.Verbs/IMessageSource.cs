namespace Urma.Net.Verbs;

/// <summary>Whose messages come through a queue pair.</summary>
internal interface IMessageSource
{
    uint SourceUasid { get; }

    uint SourceJettyId { get; }

    /// <summary>The value of an immediate that came. Before its receive is posted again.</summary>
    /// <param name="data">As the device has it: in network order.</param>
    ulong ReadImmediate(uint data);
}

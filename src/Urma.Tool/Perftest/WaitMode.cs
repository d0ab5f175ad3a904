namespace Urma.Net.Tool.Perftest;

/// <summary>How an end waits for a message.</summary>
internal enum WaitMode
{
    /// <summary>It polls the JFC without pause.</summary>
    Poll = 0,

    /// <summary>It waits on the JFC, which spins briefly and then sleeps.</summary>
    Wait,

    /// <summary>It arms the JFC and waits on its event channel.</summary>
    Events,
}

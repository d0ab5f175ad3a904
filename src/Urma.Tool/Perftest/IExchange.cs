namespace Urma.Net.Tool.Perftest;

/// <summary>One end of a ping-pong: the two halves of a round trip.</summary>
/// <remarks>Implemented by structs, so that the loops in <see cref="PingPong"/> are compiled for each with everything inlined.</remarks>
internal interface IExchange
{
    /// <summary>Hands the number to the other end.</summary>
    void Send(ulong number);

    /// <summary>Returns when the other end has handed over the number.</summary>
    void Await(ulong number);
}

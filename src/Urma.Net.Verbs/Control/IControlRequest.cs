namespace Urma.Net.Verbs.Control;

/// <summary>A record that is answered.</summary>
/// <typeparam name="TSelf">The record itself.</typeparam>
/// <typeparam name="TAnswer">What a success is answered with.</typeparam>
internal interface IControlRequest<TSelf, TAnswer> : IControlRecord<TSelf>
    where TSelf : struct, IControlRequest<TSelf, TAnswer>
    where TAnswer : struct, IControlRecord<TAnswer>
{
    /// <summary>What the frame is called.</summary>
    static abstract ControlMessage Message { get; }
}

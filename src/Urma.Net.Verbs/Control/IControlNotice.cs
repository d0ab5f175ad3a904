namespace Urma.Net.Verbs.Control;

/// <summary>A record that is sent without an answer.</summary>
/// <typeparam name="TSelf">The record itself.</typeparam>
internal interface IControlNotice<TSelf> : IControlRecord<TSelf>
    where TSelf : struct, IControlNotice<TSelf>
{
    /// <summary>What the frame is called.</summary>
    static abstract ControlMessage Message { get; }
}

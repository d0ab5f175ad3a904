using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>A QP's way to its peer or peers.</summary>
internal interface IConnection : IQueueWay, IDisposable
{
    /// <summary>The address or the retries in the QP's attributes changed.</summary>
    void Configure(in ibv_qp_attr attributes);
}

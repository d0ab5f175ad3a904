using System.Security.Cryptography;

namespace Urma.Net.Loopback.Tests;

/// <summary>The loopback provider with a fabric of its own for each test.</summary>
internal sealed class LoopbackHarness : ProviderHarness
{
    public string ConnectionString { get; } = $"loopback://t-{Convert.ToHexString(RandomNumberGenerator.GetBytes(10))}";

    public override UrmaContext Open(UrmaContextOptions? options = null) => UrmaContext.Open(ConnectionString, options);
}

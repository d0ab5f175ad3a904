namespace Urma.Net.Verbs.Control;

/// <summary>A name of this engine's. Dispose may come from any thread, twice.</summary>
internal sealed class PublishedName(QualifiedName name, byte[] value, Action<PublishedName> withdraw) : IDisposable
{
    private int _disposed;

    public QualifiedName Name => name;

    public byte[] Value => value;

    /// <summary>Gives the name back.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            withdraw(this);
        }
    }
}

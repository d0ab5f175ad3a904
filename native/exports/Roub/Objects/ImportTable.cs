using System.Diagnostics.CodeAnalysis;
using Urma.Net.Providers.Loopback;

namespace Urma.Net.Exports.Roub;

/// <summary>The regions of peers that were used from here. A program hands keys over by its own ways, so they are imported when first used. Thread-safe.</summary>
internal sealed class ImportTable(LoopbackContext engine) : IDisposable
{
    // A peer's segment has a number, and one key at a time.
    private readonly Dictionary<(uint Uasid, uint Index), RemoteKey> _keys = [];

    /// <summary>Finds what a peer's key means, asking the peer where it is not known.</summary>
    /// <returns>False where the peer has no such region (any more).</returns>
    public bool TryFind(uint uasid, uint key, [NotNullWhen(true)] out RemoteKey? found)
    {
        var name = (uasid, KeyTable.IndexOf(key));
        RemoteKey? former;
        lock (_keys)
        {
            if (_keys.TryGetValue(name, out former) && former.Key == key && !former.Import.IsRevoked)
            {
                found = former;
                return true;
            }
        }

        RemoteKey? made = Import(uasid, key);
        if (made is null)
        {
            found = null;
            return false;
        }

        lock (_keys)
        {
            // Another thread may have been faster, and uses what it made.
            if (_keys.TryGetValue(name, out former) && former.Key == key && !former.Import.IsRevoked)
            {
                found = former;
                former = made;
            }
            else
            {
                _keys[name] = found = made;
            }
        }

        former?.Import.Dispose();
        return true;
    }

    public void Dispose()
    {
        lock (_keys)
        {
            foreach (RemoteKey key in _keys.Values)
            {
                key.Import.Dispose();
            }

            _keys.Clear();
        }
    }

    private RemoteKey? Import(uint uasid, uint key)
    {
        try
        {
            LoopbackTargetSegment import = engine.ImportSegment(uasid, KeyTable.IndexOf(key), KeyTable.SecretOf(key));
            return new RemoteKey(key, import.TableToken, import.NameAddress, import.Domain, import);
        }
        catch (UrmaException error)
        {
            Answer.Log(error);
            return null;
        }
    }
}

namespace Urma.Net.Exports.Roub;

/// <summary>Whom a connection between two managers tells what happens on it. Called on the manager's thread; must not throw.</summary>
internal interface ICmLinkUser
{
    void OnFrame(CmLink link, in CmFrame frame);

    /// <summary>The other side closed it or died, or sent what no manager sends.</summary>
    void OnClosed(CmLink link);
}

namespace Urma.Net.Ub;

/// <summary>How a message to a jetty group finds its jetty (<c>urma_jetty_grp_policy_t</c>).</summary>
public enum UbGroupPolicy
{
    /// <summary>By turns.</summary>
    RoundRobin = 0,

    /// <summary>By the sender's hint: the same hint, the same jetty.</summary>
    HashOfHint = 1,
}

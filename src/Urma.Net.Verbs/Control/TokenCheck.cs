namespace Urma.Net.Verbs.Control;

/// <summary>Compares secrets in a time that says nothing about them: the comparison of one register does not depend on which bits differ.</summary>
internal static class TokenCheck
{
    /// <summary>Refuses a wrong token.</summary>
    /// <param name="expected">The right one.</param>
    /// <param name="shown">The one shown.</param>
    /// <param name="what">What it is for, such as <c>segment 7</c>.</param>
    /// <exception cref="WrongTokenException">They differ.</exception>
    public static void Require(Token expected, Token shown, string what)
    {
        if ((expected.Value ^ shown.Value) != 0)
        {
            throw new WrongTokenException($"The token does not match {what}: exchange token and descriptor again.");
        }
    }
}

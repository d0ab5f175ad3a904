using Urma.Net.Tool.Certify;
using Xunit;

namespace Urma.Net.Tool.Tests.Certify;

public class CertificationListTests
{
    [Fact]
    public void The_list_that_ships_is_one_and_has_rows_for_every_provider()
    {
        IReadOnlyList<CertificationRow> rows = CertificationList.Read(CertificationList.DefaultPath);
        Assert.All(CertificationProvider.Names, provider => Assert.Contains(rows, row => CertificationProvider.Runs(row, provider)));
        Assert.All(rows, static row => Assert.True(row.Shows.Length > 0 && (row.Package.Length > 0 || row.BuiltBy.Length > 0), row.Name));
    }

    [Fact]
    public void A_group_gives_its_members_to_its_rows_which_may_have_others()
    {
        IReadOnlyList<CertificationRow> rows = CertificationList.Parse(
            """
            [ // remarks are allowed
              { "package": "outer", "limit": 5, "rows": [
                  { "name": "a", "command": "true" },
                  { "package": "inner", "environment": { "A_1": "x y" }, "rows": [ { "name": "b", "command": "{list}/run {device} {gid}", "limit": 7 } ] },
                ] },
            ]
            """,
            "/folder");
        Assert.Equal([("a", "outer", 5), ("b", "inner", 7)], rows.Select(static row => (row.Name, row.Package, row.Limit)));
        Assert.Equal("/folder/run {device} {gid}", rows[1].Command);
        Assert.Equal("/folder/run", rows[1].Executable);
        Assert.Equal("x y", rows[1].Environment["A_1"]);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("{}", "an array of rows")]
    [InlineData("[", "")]
    [InlineData("[null]", "not null")]
    [InlineData("[[]]", "not []")]
    [InlineData("""[{ "rows": 1 }]""", "'rows' is an array")]
    [InlineData("""[{ "name": " ", "command": "true" }]""", "no name")]
    [InlineData("""[{ "name": null, "command": "true" }]""", "row without a name")]
    [InlineData("""[{ "name": "x", "name": "y", "command": "true" }]""", "")]
    [InlineData("""[{ "name": "x" }]""", "a 'command', or a 'pair'")]
    [InlineData("""[{ "name": "x", "command": "" }]""", "empty")]
    [InlineData("""[{ "name": "x", "command": "true", "pair": "true" }]""", "a 'command', or a 'pair'")]
    [InlineData("""[{ "name": "x", "server": "true" }]""", "a 'command', or a 'pair'")]
    [InlineData("""[{ "name": "x", "command": "true", "expects": "y" }]""", "expects")]
    [InlineData("""[{ "name": "x", "command": "true", "limit": 0 }]""", "'limit' is 1 to 3600")]
    [InlineData("""[{ "name": "x", "command": "true", "limit": 1e99 }]""", "row \"x\"")]
    [InlineData("""[{ "name": "x", "command": "true", "expect": "(" }]""", "'expect'")]
    [InlineData("""[{ "name": "x", "command": "true", "figure": "[0-9]+" }]""", "no group")]
    [InlineData("""[{ "name": "x", "command": "run {devices}" }]""", "{devices}")]
    [InlineData("""[{ "name": "x", "command": "true", "environment": { "A B": "" } }]""", "'A B'")]
    [InlineData("""[{ "name": "x", "command": "true", "environment": { "A": null } }]""", "no value")]
    [InlineData("""[{ "name": "x", "command": "true", "providers": ["shims"] }]""", "'shims'")]
    [InlineData("""[{ "name": "x", "command": "true", "machines": "any" }]""", "two machines")]
    [InlineData("""[{ "name": "x", "command": "true", "machines": "seven" }]""", "machines")]
    [InlineData("""[{ "name": "x", "command": "true", "ready": "y" }]""", "'ready'")]
    [InlineData("""[{ "name": "x", "command": "true", "needs": [{ "test": "true" }] }]""", "row \"x\"")]
    [InlineData("""[{ "name": "x", "command": "true", "needs": [null] }]""", "row 'x'")]
    [InlineData("""[{ "name": "x", "command": "tr\u0000ue" }]""", "row 'x'")]
    [InlineData("""[{ "name": "x", "command": "true" }, { "name": "x", "command": "false" }]""", "two of this name")]
    public void What_is_no_list_is_refused_with_the_row_and_the_reason(string text, string reason)
    {
        ToolException error = Assert.Throws<ToolException>(() => CertificationList.Parse(text, "/"));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_name_may_be_run_differently_on_different_providers()
    {
        IReadOnlyList<CertificationRow> rows = CertificationList.Parse(
            """[{ "name": "x", "command": "true", "providers": ["shim"] }, { "name": "x", "command": "false", "providers": ["rxe"] }]""", "/");
        Assert.Equal("false", Assert.Single(rows, static row => CertificationProvider.Runs(row, CertificationProvider.Rxe)).Command);
    }
}

using System.CommandLine;
using Urma.Net.Tool.Commands;
using Xunit;

namespace Urma.Net.Tool.Tests;

public class CommandTableTests
{
    [Fact]
    public void Every_verb_stands_in_the_table_under_its_own_name() =>
        Assert.All(CommandTable.All, static entry => Assert.Equal(entry.Name, entry.Create().Name));

    [Fact]
    public void Only_the_verb_that_is_asked_for_is_made()
    {
        Command only = Assert.Single(CommandTable.For(["ping", "-c", "1"]));
        Assert.Equal("ping", only.Name);
    }

    [Theory]
    [InlineData]
    [InlineData("--help")]
    [InlineData("pnig")]
    public void Without_a_known_verb_all_are_made(params string[] arguments) =>
        Assert.Equal(CommandTable.All.Length, CommandTable.For(arguments).Count());
}

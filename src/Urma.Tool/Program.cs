using System.CommandLine;
using Urma.Net.Tool.Commands;
using Urma.Net.Ub;
using Urma.Net.Verbs;

UbProvider.Register();
VerbsProvider.Register();

var root = new RootCommand("Remote memory between processes: look at it, check the machine for it, measure it.");
foreach (Command command in CommandTable.For(args))
{
    root.Add(command);
}

return root.Parse(args).Invoke();

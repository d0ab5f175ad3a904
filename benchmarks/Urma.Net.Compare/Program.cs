using System.CommandLine;
using Urma.Net.Compare;

return SuiteCommand.Create().Parse(args).Invoke();

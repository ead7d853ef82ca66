using System.CommandLine;
using Governance.Cli;

var root = new RootCommand("Governance of the non-human identities behind AI tools: import, sweep, evidence, verify.");
foreach (var verb in Verbs.All)
    root.Subcommands.Add(verb);
var parsed = root.Parse(args);
var code = await parsed.InvokeAsync();
return parsed.Errors.Count > 0 ? ExitCodes.Usage : code;

using Governance.Web.Hosting;

return await ConsoleHost.RunAsync(args);

/// <summary>Named so that tests can host the console.</summary>
public sealed partial class Program
{
    private Program()
    {
    }
}

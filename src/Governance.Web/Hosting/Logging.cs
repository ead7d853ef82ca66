using System.Globalization;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Display;
using Serilog.Formatting.Json;

namespace Governance.Web.Hosting;

/// <summary>The console log. Values are rendered as JSON strings, so that a line break in imported text can't forge a line.</summary>
internal static class Logging
{
    public static void Configure(LoggerConfiguration logging)
    {
        logging.MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft.AspNetCore", LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft.EntityFrameworkCore", LogEventLevel.Warning)
            .MinimumLevel.Override("Hangfire", LogEventLevel.Warning)
            .MinimumLevel.Override("System.Net.Http", LogEventLevel.Warning);
        const string template = "{Timestamp:HH:mm:ss} {Level:u3} {SourceContext}: {Message:j}{NewLine}{Exception}";
        if (Console.IsOutputRedirected && Environment.GetEnvironmentVariable("GOVERNANCE_LOG") is "json")
            logging.WriteTo.Console(new JsonFormatter(renderMessage: true));
        else
            logging.WriteTo.Console(new MessageTemplateTextFormatter(template, CultureInfo.InvariantCulture));
    }
}

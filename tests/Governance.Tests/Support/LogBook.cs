using System.Text;
using Microsoft.Extensions.Logging;

namespace Governance.Tests.Support;

/// <summary>Everything that was logged, at every level.</summary>
public sealed class LogBook : ILoggerProvider, ILogger
{
    private readonly StringBuilder text = new();

    public string Text
    {
        get
        {
            lock (text)
                return text.ToString();
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (text)
            text.AppendLine(formatter(state, exception)).AppendLine(exception?.ToString());
    }

    public void Dispose()
    {
    }
}

namespace Urma.Net.Tool;

/// <summary>Something the user must know and can act on: printed without a stack trace, ends the command with exit code 1.</summary>
internal sealed class ToolException(string message, Exception? inner = null) : Exception(message, inner);

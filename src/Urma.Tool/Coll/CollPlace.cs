using System.Runtime.InteropServices;
using System.Text;

namespace Urma.Net.Tool.Coll;

/// <summary>Where a rank runs, as ranks tell each other.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CollPlace
{
    private const int HostLength = 56;

    public int ProcessId;
    public int Processor;
    private fixed byte _host[HostLength];

    public string Host
    {
        get
        {
            fixed (byte* host = _host)
            {
                return Marshal.PtrToStringUTF8((nint)host) ?? string.Empty;
            }
        }
    }

    /// <param name="processor">What this rank is bound to; -1 for nothing.</param>
    public static CollPlace Here(int processor)
    {
        var place = new CollPlace { ProcessId = Environment.ProcessId, Processor = processor };
        byte[] name = Encoding.UTF8.GetBytes(Environment.MachineName);
        name.AsSpan(0, Math.Min(name.Length, HostLength - 1)).CopyTo(new Span<byte>(place._host, HostLength));
        return place;
    }
}

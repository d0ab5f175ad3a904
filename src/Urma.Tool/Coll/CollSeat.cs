using System.Globalization;
using Urma.Net.Collectives;

namespace Urma.Net.Tool.Coll;

/// <summary>The place of this process among the ranks.</summary>
/// <param name="Rank">Its rank.</param>
/// <param name="Size">How many there are.</param>
/// <param name="Place">Its number among the ranks of its host.</param>
/// <param name="Id">The id they have in common.</param>
internal sealed record CollSeat(int Rank, int Size, int Place, UniqueId Id)
{
    /// <summary>The seat of a process that this tool has started.</summary>
    /// <param name="text">What <see cref="Text"/> gave.</param>
    public static CollSeat Parse(string text)
    {
        string[] parts = text.Split('/', 3);
        int rank = int.Parse(parts[0], CultureInfo.InvariantCulture);
        return new CollSeat(rank, int.Parse(parts[1], CultureInfo.InvariantCulture), rank, UniqueId.FromName(parts[2]));
    }

    /// <summary>The seat for a process that this tool starts.</summary>
    public static string Text(int rank, int size, string job) => string.Create(CultureInfo.InvariantCulture, $"{rank}/{size}/{job}");
}

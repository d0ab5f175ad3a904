using System.Diagnostics;
using Spectre.Console;

namespace Urma.Net.Tool.Watch;

/// <summary>
/// Shows the table again and again. Engines are asked beside it, so that one that does not answer holds up its numbers and those of its
/// device, but not the table.
/// </summary>
/// <param name="device">The one device to look at; null for all.</param>
/// <param name="interval">Between two looks.</param>
/// <param name="sort">The column to begin with.</param>
internal sealed class TopView(string? device, TimeSpan interval, TopColumn sort)
{
    // A live table must go on; one that has to be complete can wait for a busy machine.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Blink = TimeSpan.FromMilliseconds(50);

    private readonly EngineHistory _history = new(new SlowPeerOptions { Window = interval, MinSamples = 16 });
    private IReadOnlyList<EngineRow> _rows = [];
    private TopColumn _sort = sort;
    private volatile bool _stopped;

    /// <summary>Two looks, one table.</summary>
    public async Task ShowOnce()
    {
        await Look(FirstPatience).ConfigureAwait(false);
        await Task.Delay(interval).ConfigureAwait(false);
        await Look(FirstPatience).ConfigureAwait(false);
        Screen.Console.Write(TopTable.Make(_rows, _sort, string.Empty));
    }

    /// <summary>Tables until somebody stops it; over each other in a terminal, one after the other elsewhere.</summary>
    /// <param name="times">How many; null for no end.</param>
    public async Task Show(int? times)
    {
        ConsoleCancelEventHandler stop = (_, pressed) =>
        {
            pressed.Cancel = true;
            _stopped = true;
        };
        Console.CancelKeyPress += stop;
        try
        {
            if (Screen.Console.Profile.Capabilities.Ansi && Screen.Console.Profile.Out.IsTerminal)
            {
                await Screen.Console.Live(TopTable.Make([], _sort, "looking"))
                    .Overflow(VerticalOverflow.Crop)
                    .StartAsync(live => Repeat(times, table => live.UpdateTarget(table)))
                    .ConfigureAwait(false);
            }
            else
            {
                await Repeat(times, Screen.Console.Write).ConfigureAwait(false);
            }
        }
        finally
        {
            Console.CancelKeyPress -= stop;
        }
    }

    private async Task Repeat(int? times, Action<Spectre.Console.Rendering.IRenderable> show)
    {
        await Look(FirstPatience).ConfigureAwait(false);
        Task looking = Task.CompletedTask;
        for (int shown = 0; !_stopped && shown != times; shown++)
        {
            await WaitForNext().ConfigureAwait(false);
            if (looking.IsCompleted)
            {
                await looking.ConfigureAwait(false);
                looking = Look(Patience);
                await Task.WhenAny(looking, Task.Delay(Patience)).ConfigureAwait(false);
            }

            show(TopTable.Make(_rows, _sort, Footer(looking.IsCompleted)));
        }

        await looking.ConfigureAwait(false);
    }

    private async Task Look(TimeSpan patience) => _rows = _history.Add(await FabricScan.Run(device, patience).ConfigureAwait(false), DateTimeOffset.UtcNow);

    private async Task WaitForNext()
    {
        long began = Stopwatch.GetTimestamp();
        while (!_stopped && Stopwatch.GetElapsedTime(began) < interval)
        {
            TakeKeys();
            TimeSpan left = interval - Stopwatch.GetElapsedTime(began);
            await Task.Delay(left < Blink ? left > TimeSpan.Zero ? left : TimeSpan.Zero : Blink).ConfigureAwait(false);
        }
    }

    private void TakeKeys()
    {
        while (!Console.IsInputRedirected && Console.KeyAvailable)
        {
            char key = Console.ReadKey(intercept: true).KeyChar;
            _stopped |= key == 'q';
            _sort = TopColumn.All.FirstOrDefault(column => column.Key == key) ?? _sort;
        }
    }

    private string Footer(bool isFresh) =>
        $"{DateTime.UtcNow:HH:mm:ss} UTC, every {interval.TotalSeconds:0.##} s, sorted by {_sort.Name}"
        + (Console.IsInputRedirected ? string.Empty : $"; {string.Join(' ', TopColumn.All.Select(static c => $"{c.Key}:{c.Name}"))} q:quit")
        + (isFresh ? string.Empty : "; waiting for an engine that does not answer");
}

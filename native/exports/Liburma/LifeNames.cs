global using JettyLife = Urma.Net.Exports.Liburma.Lives<
    Urma.Net.Exports.Liburma.SoftJetty, Urma.Net.Interop.Liburma.urma_jetty_t, Urma.Net.Interop.Liburma.urma_jetty_cfg_t>;
global using JfcLife = Urma.Net.Exports.Liburma.Lives<
    Urma.Net.Exports.Liburma.SoftJfc, Urma.Net.Interop.Liburma.urma_jfc_t, Urma.Net.Interop.Liburma.urma_jfc_cfg_t>;
global using JfrLife = Urma.Net.Exports.Liburma.Lives<
    Urma.Net.Exports.Liburma.SoftJfr, Urma.Net.Interop.Liburma.urma_jfr_t, Urma.Net.Interop.Liburma.urma_jfr_cfg_t>;
global using JfsLife = Urma.Net.Exports.Liburma.Lives<
    Urma.Net.Exports.Liburma.SoftJfs, Urma.Net.Interop.Liburma.urma_jfs_t, Urma.Net.Interop.Liburma.urma_jfs_cfg_t>;

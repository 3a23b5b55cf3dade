//! `rescue mcp` as it is written: which apps an agent may see. What it does is in `mcp`.

use clap::Args;

#[derive(Debug, Default, Args)]
pub struct McpArgs {
    /// An app that the agent may see; may be given several times
    #[arg(long, value_name = "NAME", num_args = 1.., conflicts_with = "all_apps")]
    pub app: Vec<String>,
    /// Every app that is not archived, also those taken on later: for your own agent, never in a client's repository
    #[arg(long)]
    pub all_apps: bool,
}

#!/bin/sh
# Which budgets have reached one of their percentages in the present period, one line each:
#   <tenant> <percentage> <period> <spent> <budget>
# An alert rule of Azure Monitor sees two days at most; this asks the workspace for the whole period. Exit status 1
# where there is any.
#
#   scripts/budgets.sh [RESOURCE-GROUP]      default: AZURE_RESOURCE_GROUP
set -eu
export AZURE_EXTENSION_USE_DYNAMIC_INSTALL=yes_without_prompt  # the query is an extension; a scheduler has nobody to ask
group=${1:-${AZURE_RESOURCE_GROUP:?name a resource group}}
workspace=$(az monitor log-analytics workspace list --resource-group "$group" --query '[0].customerId' --output tsv)
[ -n "$workspace" ] || { echo "there is no workspace in $group" >&2; exit 2; }
query='GatewrightBudgetUse() | where Reached > 0 | order by Share desc | project Line = strcat_delim(" ", Consumer, Reached, Per, round(Spent, 2), Budget)'
# The service looks as far back as the query does only where it is told so: P1Y covers every period.
reached=$(az monitor log-analytics query --workspace "$workspace" --timespan P1Y --analytics-query "$query" --query '[].Line' --output tsv)
[ -n "$reached" ] || exit 0
printf '%s\n' "$reached"
exit 1

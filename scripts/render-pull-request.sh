#!/bin/sh
# What a pull request changes in the gateway: findings, and the difference of everything that is rendered, as text.
#
#   scripts/render-pull-request.sh BASE OUT [ENVIRONMENT…]
#
# BASE is a commit; its configuration and templates are rendered by the generator of this checkout. Exit status: that
# of the checks.
set -eu
base=$1
out=$2
shift 2
work=$(mktemp -d)
trap 'git worktree remove --force "$work/base" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
git worktree add --quiet --detach "$work/base" "$base"
: >"$out"
worst=0
for environment in "${@:-dev}"; do
  echo "== $environment: findings" >>"$out"
  gatewright check --env "$environment" >>"$out" 2>&1 || worst=1
  mkdir -p "$work/$environment"
  gatewright generate --env "$environment" --build "$work/$environment/after" --infra "$work/none" >/dev/null 2>&1 || worst=1
  gatewright generate --config "$work/base/config" --templates "$work/base/policies" --env "$environment" --build "$work/$environment/before" \
    --infra "$work/none" >/dev/null 2>&1 || echo "the base cannot be rendered" >>"$out"
  mkdir -p "$work/$environment/before" "$work/$environment/after"
  echo "== $environment: what is rendered" >>"$out"
  (cd "$work/$environment" && diff -ruN before after) >>"$out" || true
done
exit $worst

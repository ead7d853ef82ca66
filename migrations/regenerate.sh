#!/usr/bin/env bash
# Makes the first migration of all three databases anew from the model. Only for as long as no version has been released:
# after that, add a migration instead (dotnet ef migrations add NAME --project migrations/Governance.Migrations.X).
set -euo pipefail
cd "$(dirname "$0")/.."
for provider in Sqlite PostgreSql SqlServer; do
  project=migrations/Governance.Migrations.$provider
  rm -rf "$project/Migrations"
  dotnet build "$project" -v q --nologo
  dotnet ef migrations add Initial --project "$project" --no-build
  # A fixed id: making it again is no new migration.
  file=$(ls "$project"/Migrations/*_Initial.cs)
  id=$(basename "$file" .cs)
  for f in "$project"/Migrations/*; do
    sed -i "s/$id/20261124000000_Initial/g; 1s/^\xEF\xBB\xBF//" "$f"
    mv "$f" "${f/$id/20261124000000_Initial}" 2>/dev/null || true
  done
done

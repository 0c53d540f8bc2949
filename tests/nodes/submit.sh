# Runs a job where nothing is shared: in an empty folder below $NODES, which goes when the job ends.
# What an image would hold, the engines' environments, is linked there. Writes the node's name.
node=$(mktemp -d "$NODES/XXXXXX")
mkdir "$node/resources"
ln -s "$ENVIRONMENTS" "$node/resources/envs"
setsid sh -c 'echo $$ > "$0.pid"; cd "$0" && sh "$1"; echo $? > "$0.ended"; rm -rf "$0"' \
  "$node" "$1" > "$node.log" 2>&1 &
echo "$node"

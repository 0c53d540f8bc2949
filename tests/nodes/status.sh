# What became of a job that submit.sh runs on the node $1.
case "$(cat "$1.ended" 2> /dev/null)" in
  "") echo running ;;
  0) echo success ;;
  *) echo failed ;;
esac

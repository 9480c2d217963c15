// The scripts of `muster completion SHELL`: each asks `muster __complete` for the words that could stand here.

/** By shell. If nothing is found, the shell offers files. */
export const completionScripts = {
  bash: `# bash: eval "$(muster completion bash)", or put it into /usr/share/bash-completion/completions/muster
_muster() {
  local line=\${COMP_LINE:0:COMP_POINT} current prefix= candidate
  local -a typed
  read -r -a typed <<<"$line"
  case $line in *[[:space:]]) typed+=('') ;; esac
  current=\${typed[\${#typed[@]} - 1]}
  # bash takes a word apart at these, and wants only what is behind the last of them.
  case $current in *[@:=]*) prefix=\${current%"\${current##*[@:=]}"} ;; esac
  COMPREPLY=()
  while IFS= read -r candidate; do
    COMPREPLY+=("\${candidate#"$prefix"}")
  done < <("\${typed[0]}" __complete -- "\${typed[@]:1}" 2>/dev/null)
}
complete -o default -F _muster muster
`,
  zsh: `#compdef muster
# zsh: put it into a directory of $fpath as _muster, or: source <(muster completion zsh)
_muster() {
  local line
  local -a found shown
  while IFS= read -r line; do
    found+=("\${line%%$'\\t'*}")
    shown+=("\${line//$'\\t'/  }")
  done < <("\${words[1]}" __complete --describe -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then
    compadd -l -d shown -a found
  else
    _files
  fi
}
if [ "$funcstack[1]" = _muster ]; then
  _muster "$@"
else
  compdef _muster muster
fi
`,
  fish: `# fish: muster completion fish >~/.config/fish/completions/muster.fish
function __muster_complete
  set -l typed (commandline -opc)
  set -l found ($typed[1] __complete --describe -- $typed[2..-1] (commandline -ct) 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c muster -f -a '(__muster_complete)'
`,
} as const;

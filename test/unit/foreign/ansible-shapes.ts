// Inventories as people have them for Ansible, each of another shape: path to text.

export type Files = Readonly<Record<string, string>>;

/** What is imported, and what Ansible is asked about where that is another file. */
interface Shape {
  readonly named: string;
  readonly asked?: string;
  readonly files: Files;
}

/** Name of a shape to its files. */
export const shapes: Readonly<Record<string, Shape>> = {
  'a flat list': {
    named: 'hosts',
    files: { hosts: '# all of them\nns1.example.net\nns2.example.net ansible_host=192.0.2.2\n192.0.2.9\n' },
  },
  'groups with ranges, ports and literals': {
    named: 'hosts.ini',
    files: {
      'hosts.ini': `; by hand
gate:2222
[auth]
ns[01:10:3].example.net  zone_count=12 weight=1.50 hidden=True serial='0042' motto="two words" # trailing
ns[a:c] ansible_user=ops
[cache]
cache[1:2]-[x:y] forwarders="['192.0.2.1', '192.0.2.2']" mask=0644 hex=0x1f
[dns:children]
auth
cache
[dns:vars]
ansible_port=2022
contact=hostmaster@example.net
note=a = b # not a comment
[auth:vars]
ansible_ssh_private_key_file=~/.ssh/id_auth
`,
    },
  },
  'groups of groups, and who wins': {
    named: 'hosts.ini',
    files: {
      'hosts.ini': `[zebra]
h1 level=host
h2
[ant]
h1
h2
[ant:vars]
level=ant
pick=ant
[zebra:vars]
level=zebra
pick=zebra
[top:children]
zebra
middle
[top:vars]
level=top
deep=top
[middle:children]
low
[middle:vars]
deep=middle
ansible_user=mid
[low]
h2
h3
[low:vars]
deep=low
[all:vars]
level=all
everywhere=1
ansible_user=ops
[first]
h1
h2
[first:vars]
ansible_group_priority=10
pick=first
`,
    },
  },
  'YAML with nested children': {
    named: 'hosts.yml',
    files: {
      'hosts.yml': `---
all:
  vars: { ansible_user: admin, greeting: 'no', enabled: no, mode: 0644, at: 12:30:00, ratio: 1e3, third: 0.5 }
  hosts:
    lone: { ansible_host: 198.51.100.1 }
  children:
    europe:
      children:
        berlin: { hosts: { 'b[1:3]': , b9: { ansible_port: 2222, rack: 7 } } }
        paris:
          hosts: { p1: &shared { site: paris, tags: [a, b] }, p2: { <<: *shared, site: paris-2 } }
          vars: { site_code: PAR }
      vars: { region: eu }
    backup: { hosts: { b1: , p1: { extra: on } } }
`,
    },
  },
  'group_vars and host_vars beside a file': {
    named: 'inventory/hosts',
    files: {
      'inventory/hosts':
        '[web]\nw1 tier=file\nw2\n[db]\nd1\n[web:vars]\ntier=web-file\nonly=file\n[db:vars]\ntier=db-file\n',
      'inventory/group_vars/all.yml': 'tier: all-file\nshared: { not: carried }\nntp: [n1, n2]\n',
      'inventory/group_vars/web/10-main.yml': 'tier: web-vars\nwinner: first\n',
      'inventory/group_vars/web/20-more.yaml': 'winner: second\n',
      'inventory/group_vars/web/README.txt': 'not: read\n',
      'inventory/group_vars/db.json': '{"port_of_db": 5432, "winner": null}\n',
      'inventory/host_vars/w2': 'tier: w2-vars\nansible_host: 192.0.2.22\nansible_user: other\n',
      'inventory/host_vars/nobody.yml': 'x: 1\n',
    },
  },
  'a directory of inventories': {
    named: 'site',
    files: {
      'site/01-base': '[web]\na1 ansible_host=192.0.2.1 color=red\na2\n',
      'site/02-more.yml':
        'web: { hosts: { a1: { color: blue }, a3: } , vars: { from: yaml } }\nextra: { children: { web: } }\n',
      'site/03-old.orig': '[web]\ngone\n',
      'site/skipped.ini': '[web]\nskipped\n',
      'site/group_vars/extra.yml': 'from: extra\nlast: word\n',
    },
  },
  'what --list prints': {
    named: 'list.json',
    asked: 'program',
    files: {
      program: '#!/bin/sh\ncat "${0%/*}/list.json"\n',
      'list.json': JSON.stringify({
        _meta: {
          hostvars: { i1: { ansible_host: '203.0.113.1', size: 3 }, i2: { ansible_host: '203.0.113.2' } },
        },
        all: { children: ['cloud', 'ungrouped'] },
        cloud: { hosts: ['i1', 'i2'], vars: { provider: 'x', ansible_user: 'cloud' } },
        zone_a: ['i1'],
        region: { children: ['cloud'] },
      }),
    },
  },
  'becoming root, and ways there': {
    named: 'hosts.ini',
    files: {
      'hosts.ini': `[bsd]
n1
n2 ansible_become_method=su
n3 ansible_become=no
n4 ansible_become_user=www
[bsd:vars]
ansible_become=yes
ansible_become_method=doas
ansible_become_password=hunter2
ansible_ssh_common_args='-o ProxyJump=ops@gate.example.net:2022,inner'
ansible_python_interpreter=/usr/pkg/bin/python3.11
[old]
n5 ansible_ssh_host=192.0.2.5 ansible_ssh_port=22022 ansible_ssh_user=root
[old:vars]
ansible_ssh_common_args=-o ProxyCommand="ssh -W %h:%p -q gate"
ansible_timeout=30
[here]
n6 ansible_connection=local
`,
    },
  },
  'names that are none here, templates and secrets': {
    named: 'hosts.yml',
    files: {
      'hosts.yml': `all:
  children:
    web.prod:
      hosts:
        "2001:db8::1": { plain: 1 }
        w_1:
      vars: { Upper: x, templated: '{{ plain }}.example.net', nested: [{ a: 1 }], secret: !vault "$ANSIBLE_VAULT;1.1;AES256", ok: yes }
    web-prod:
      hosts: { w_1: { ok: no, templated: literal } }
`,
    },
  },
  'a host in many groups, ungrouped hosts with vars': {
    named: 'hosts.yaml',
    files: {
      'hosts.yaml': `ungrouped:
  hosts: { free1: , free2: { a: own } }
  vars: { a: ungrouped, b: 2 }
g3: { hosts: { m: }, vars: { v: g3, ansible_port: 3 } }
g1: { hosts: { m: }, vars: { v: g1, ansible_port: 1 } }
g2: { hosts: { m: , n: }, vars: { v: g2, ansible_port: 2 }, children: { g1: } }
all: { vars: { a: all, v: all } }
`,
    },
  },
};

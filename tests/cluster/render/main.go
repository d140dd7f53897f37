// Renders a Helm chart with what Helm renders charts with, Go's text/template and Sprig, and writes one stream of YAML documents. It is a tool of the tests, not Helm: no
// hooks, no releases, no dependencies between charts, and lookup finds nothing, as in `helm template`.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"github.com/xeipuuv/gojsonschema"
	"sigs.k8s.io/yaml"
)

type object = map[string]interface{}

type several []string

func (s *several) String() string     { return strings.Join(*s, ",") }
func (s *several) Set(v string) error { *s = append(*s, v); return nil }

// files is what templates call .Files.
type files struct{ chart string }

func (f files) Get(name string) string {
	content, err := os.ReadFile(filepath.Join(f.chart, name))
	if err != nil {
		return ""
	}
	return string(content)
}

type apiVersions []string

func (a apiVersions) Has(version string) bool {
	for _, known := range a {
		if known == version {
			return true
		}
	}
	return false
}

func main() {
	name := flag.String("name", "lakehouse-operator", "the release's name")
	namespace := flag.String("namespace", "default", "the release's namespace")
	kubeVersion := flag.String("kube-version", "v1.20.2", "what .Capabilities.KubeVersion says")
	crds := flag.Bool("include-crds", false, "write the documents of crds/ first")
	var valueFiles, sets, versions several
	flag.Var(&valueFiles, "values", "a file of values, merged over the chart's own; may come again")
	flag.Var(&sets, "set", "path.of.value=YAML; may come again")
	flag.Var(&versions, "api-versions", "what .Capabilities.APIVersions has; may come again")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: render [options] CHART")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *name, *namespace, *kubeVersion, *crds, valueFiles, sets, versions); err != nil {
		fmt.Fprintln(os.Stderr, "render:", err)
		os.Exit(1)
	}
}

func run(chart, name, namespace, kubeVersion string, crds bool, valueFiles, sets, versions []string) error {
	values, err := valuesOf(chart, valueFiles, sets)
	if err != nil {
		return err
	}
	about := object{}
	if err := read(filepath.Join(chart, "Chart.yaml"), &about); err != nil {
		return err
	}
	capital := object{}
	for key, value := range about {
		capital[strings.ToUpper(key[:1])+key[1:]] = value
	}
	parts := strings.SplitN(strings.TrimPrefix(kubeVersion, "v"), ".", 3)
	context := object{
		"Values":  values,
		"Chart":   capital,
		"Files":   files{chart},
		"Release": object{"Name": name, "Namespace": namespace, "Service": "Helm", "IsInstall": true, "IsUpgrade": false, "Revision": 1},
		"Capabilities": object{
			"KubeVersion": object{"Version": kubeVersion, "Major": parts[0], "Minor": parts[1]},
			"APIVersions": apiVersions(versions),
		},
	}
	documents, err := render(chart, context)
	if err != nil {
		return err
	}
	if crds {
		if err := writeCrds(chart); err != nil {
			return err
		}
	}
	for _, document := range documents {
		fmt.Printf("---\n%s\n", document)
	}
	return nil
}

func valuesOf(chart string, valueFiles, sets []string) (object, error) {
	values := object{}
	if err := read(filepath.Join(chart, "values.yaml"), &values); err != nil {
		return nil, err
	}
	for _, file := range valueFiles {
		more := object{}
		if err := read(file, &more); err != nil {
			return nil, err
		}
		values = merge(values, more)
	}
	for _, set := range sets {
		path, text, found := strings.Cut(set, "=")
		if !found {
			return nil, fmt.Errorf("--set %s: no value", set)
		}
		var value interface{}
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			return nil, fmt.Errorf("--set %s: %w", set, err)
		}
		steps := strings.Split(path, ".")
		for i := len(steps) - 1; i >= 0; i-- {
			value = object{steps[i]: value}
		}
		values = merge(values, value.(object))
	}
	return values, check(chart, values)
}

// check holds the values against values.schema.json, as helm does before it renders.
func check(chart string, values object) error {
	schema, err := os.ReadFile(filepath.Join(chart, "values.schema.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	document, err := json.Marshal(values)
	if err != nil {
		return err
	}
	result, err := gojsonschema.Validate(gojsonschema.NewBytesLoader(schema), gojsonschema.NewBytesLoader(document))
	if err != nil {
		return fmt.Errorf("values.schema.json: %w", err)
	}
	var wrong []string
	for _, found := range result.Errors() {
		wrong = append(wrong, found.String())
	}
	if len(wrong) > 0 {
		return fmt.Errorf("the values do not fit values.schema.json:\n- %s", strings.Join(wrong, "\n- "))
	}
	return nil
}

func render(chart string, context object) ([]string, error) {
	root := template.New("chart").Option("missingkey=zero")
	root.Funcs(functions(root))
	var names []string
	templates := filepath.Join(chart, "templates")
	err := filepath.WalkDir(templates, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	for _, path := range names {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if _, err := root.New(path).Parse(string(text)); err != nil {
			return nil, err
		}
	}
	var documents []string
	for _, path := range names {
		base := filepath.Base(path)
		if strings.HasPrefix(base, "_") || base == "NOTES.txt" {
			continue
		}
		context["Template"] = object{"Name": path, "BasePath": templates}
		var out bytes.Buffer
		if err := root.ExecuteTemplate(&out, path, context); err != nil {
			return nil, err
		}
		rendered, err := split(path, strings.ReplaceAll(out.String(), "<no value>", ""))
		if err != nil {
			return nil, err
		}
		documents = append(documents, rendered...)
	}
	sort.SliceStable(documents, func(i, j int) bool { return order(documents[i]) < order(documents[j]) })
	return documents, nil
}

func split(path, text string) ([]string, error) {
	var documents []string
	for _, document := range strings.Split("\n"+text, "\n---") {
		value := object{}
		if err := yaml.UnmarshalStrict([]byte(document), &value); err != nil {
			return nil, fmt.Errorf("%s: %w in\n%s", path, err, document)
		}
		if len(value) == 0 {
			continue
		}
		if metadata, ok := value["metadata"].(object); ok {
			if annotations, ok := metadata["annotations"].(object); ok && annotations["helm.sh/hook"] != nil {
				return nil, fmt.Errorf("%s: hooks are not rendered here", path)
			}
		}
		written, err := yaml.Marshal(value)
		if err != nil {
			return nil, err
		}
		documents = append(documents, strings.TrimSuffix(string(written), "\n"))
	}
	return documents, nil
}

// order is helm's own, of the kinds where it matters.
func order(document string) int {
	value := object{}
	_ = yaml.Unmarshal([]byte(document), &value)
	for i, kind := range []string{"Namespace", "NetworkPolicy", "ServiceAccount", "Secret", "ConfigMap", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "Service"} {
		if value["kind"] == kind {
			return i
		}
	}
	return 100
}

func functions(root *template.Template) template.FuncMap {
	all := sprig.TxtFuncMap()
	delete(all, "env")
	delete(all, "expandenv")
	all["toYaml"] = func(value interface{}) (string, error) {
		text, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(text), "\n"), err
	}
	all["fromYaml"] = func(text string) (object, error) {
		value := object{}
		return value, yaml.Unmarshal([]byte(text), &value)
	}
	all["toJson"] = func(value interface{}) (string, error) {
		text, err := json.Marshal(value)
		return string(text), err
	}
	all["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, errors.New(message)
		}
		return value, nil
	}
	all["fail"] = func(message string) (string, error) { return "", errors.New(message) }
	all["lookup"] = func(_, _, _, _ string) object { return object{} }
	all["include"] = func(name string, data interface{}) (string, error) {
		var out bytes.Buffer
		err := root.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	all["tpl"] = func(text string, data interface{}) (string, error) {
		copy, err := root.Clone()
		if err != nil {
			return "", err
		}
		parsed, err := copy.New("tpl").Parse(text)
		if err != nil {
			return "", err
		}
		var out bytes.Buffer
		err = parsed.Execute(&out, data)
		return out.String(), err
	}
	return all
}

func writeCrds(chart string) error {
	names, err := filepath.Glob(filepath.Join(chart, "crds", "*.yaml"))
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		fmt.Printf("---\n%s\n", strings.TrimPrefix(strings.TrimSpace(string(text)), "---\n"))
	}
	return nil
}

func merge(under, over object) object {
	for key, value := range over {
		if value == nil {
			delete(under, key) // as helm does: null takes a default away
			continue
		}
		above, isObject := value.(object)
		below, wasObject := under[key].(object)
		if isObject && wasObject {
			under[key] = merge(below, above)
		} else {
			under[key] = value
		}
	}
	return under
}

func read(path string, value *object) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := yaml.UnmarshalStrict(text, value); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Amazon.Lambda.Core;

namespace LambdaHost;

/// <summary>The exception for a handler string that does not name a method that can run. It has the name that the managed runtime reports.</summary>
internal sealed class LambdaValidationException(string message) : Exception(message);

/// <summary>A handler, found by its string <c>Assembly::Type::Method</c> in the function's folder.</summary>
internal sealed class HandlerBinding
{
    private const BindingFlags Direct = BindingFlags.DoNotWrapExceptions;

    private readonly MethodInfo _method;
    private readonly object? _instance;

    private HandlerBinding(MethodInfo method)
    {
        _method = method;
        ResultType = ResultTypeOf(method);
        if (method.IsStatic)
        {
            RuntimeHelpers.RunClassConstructor(method.DeclaringType!.TypeHandle);
        }
        else
        {
            _instance = Activator.CreateInstance(method.DeclaringType!);
        }

        var parameters = method.GetParameters();
        var needsSerializer = parameters.Any(parameter => IsSerialized(parameter.ParameterType) && parameter.ParameterType != typeof(ILambdaContext))
            || IsSerialized(ResultType);
        Serializer = needsSerializer ? HandlerSerializer.Of(method) : HandlerSerializer.Find(method);
    }

    /// <summary>Gets the serializer that the handler or its assembly names.</summary>
    public ILambdaSerializer? Serializer { get; }

    private Type ResultType { get; }

    /// <summary>
    /// Loads the function's assembly and creates the handler's type, like a cold start. An exception of its constructor is the inner exception of a
    /// <see cref="TargetInvocationException"/>.
    /// </summary>
    /// <exception cref="LambdaValidationException">The handler does not exist, or is of a kind that cannot run.</exception>
    public static HandlerBinding Load(string handler, string taskRoot)
    {
        if (handler.Split("::") is not [{ Length: > 0 } assemblyName, { Length: > 0 } typeName, { Length: > 0 } methodName])
        {
            throw new LambdaValidationException($"The handler '{handler}' is not of the form Assembly::Type::Method.");
        }

        var path = Path.GetFullPath(Path.Combine(taskRoot, assemblyName + ".dll"));
        if (!File.Exists(path))
        {
            throw new LambdaValidationException(
                $"The handler's assembly {path} does not exist. Build the function, or set LAMBDA_TASK_ROOT to the folder that holds it.");
        }

        var type = new FunctionLoadContext(path).LoadFromAssemblyPath(path).GetType(typeName)
            ?? throw new LambdaValidationException($"The assembly {assemblyName} has no type {typeName}.");
        var methods =
            type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static).Where(method => method.Name == methodName).ToArray();
        var method = methods switch
        {
            [] => throw new LambdaValidationException($"The type {typeName} has no public method {methodName}."),
            [var one] => one,
            _ => throw new LambdaValidationException(
                $"The type {typeName} has {methods.Length} methods {methodName}: a handler must have a name of its own."),
        };
        EnsureSupported(method, type);
        return new HandlerBinding(method);
    }

    /// <summary>Runs the handler and returns the response for the Runtime API. Exceptions of the serializer and the handler pass through.</summary>
    public async Task<ReadOnlyMemory<byte>> InvokeAsync(Stream payload, ILambdaContext context)
    {
        var arguments = _method.GetParameters()
            .Select(parameter => parameter.ParameterType == typeof(ILambdaContext)
                ? context : parameter.ParameterType == typeof(Stream) ? payload : Deserialize(payload, parameter.ParameterType))
            .ToArray();
        var result = _method.Invoke(_instance, Direct, binder: null, arguments, culture: null);
        if (result is Task task)
        {
            await task;
            result = ResultType == typeof(void) ? null : task.GetType().GetProperty(nameof(Task<>.Result))!.GetValue(task);
        }

        using var response = new MemoryStream();
        if (result is Stream stream && ResultType == typeof(Stream))
        {
            await using (stream)
            {
                await stream.CopyToAsync(response);
            }
        }
        else if (IsSerialized(ResultType))
        {
            typeof(ILambdaSerializer).GetMethod(nameof(ILambdaSerializer.Serialize))!.MakeGenericMethod(ResultType)
                .Invoke(Serializer, Direct, binder: null, [result, response], culture: null);
        }

        return response.ToArray();
    }

    private static void EnsureSupported(MethodInfo method, Type type)
    {
        var parameters = method.GetParameters();
        var problem = method switch
        {
            _ when type.ContainsGenericParameters || method.ContainsGenericParameters => "is generic",
            { IsStatic: false } when type.IsAbstract => "belongs to an abstract type",
            _ when parameters is [.., var last] && last.IsDefined(typeof(ParamArrayAttribute)) => "has a params parameter",
            _ when parameters.Length > 2 => "has more than two parameters",
            _ when parameters.Length == 2 && parameters[1].ParameterType != typeof(ILambdaContext) =>
                $"has a second parameter that is not {nameof(ILambdaContext)}",
            _ when method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute)) =>
                "is async void, so the host cannot wait for it",
            _ => null,
        };
        if (problem is not null)
        {
            throw new LambdaValidationException($"The method {type.FullName}.{method.Name} cannot be a handler: it {problem}.");
        }
    }

    private static Type ResultTypeOf(MethodInfo method) => method.ReturnType switch
    {
        var type when type == typeof(Task) => typeof(void),
        { IsGenericType: true } type when type.GetGenericTypeDefinition() == typeof(Task<>) => type.GetGenericArguments()[0],
        var type => type,
    };

    private static bool IsSerialized(Type type) => type != typeof(Stream) && type != typeof(void);

    private object? Deserialize(Stream payload, Type type) =>
        typeof(ILambdaSerializer).GetMethod(nameof(ILambdaSerializer.Deserialize))!.MakeGenericMethod(type)
            .Invoke(Serializer, Direct, binder: null, [payload], culture: null);

    /// <summary>Loads the function's own assemblies, except the one whose types the function and this host share.</summary>
    private sealed class FunctionLoadContext(string assemblyPath) : AssemblyLoadContext("function")
    {
        private readonly AssemblyDependencyResolver _resolver = new(assemblyPath);

        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name != typeof(ILambdaContext).Assembly.GetName().Name
                && _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;

        protected override IntPtr LoadUnmanagedDll(string unmanagedDllName) =>
            _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : IntPtr.Zero;
    }
}
